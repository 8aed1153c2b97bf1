  workflows)
    tool actionlint zizmor shellcheck
    run actionlint
    run zizmor --offline --persona pedantic .github
    ;;
