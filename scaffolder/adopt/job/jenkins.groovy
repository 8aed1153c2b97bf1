// Does the repository agree with itself? What was found when the checks came is in .scaffold/baseline.json; only what
// is new fails. Which scaffolder checks: .scaffold/scaffolder.sh. Its agent needs Python 3.11 or newer, and Git.
// Create a multibranch pipeline whose script path is [[ file ]].
pipeline {
  agent any

  options {
    buildDiscarder(logRotator(numToKeepStr: '20'))
    timeout(time: 20, unit: 'MINUTES')
  }

  stages {
    stage('Check the repository') {
      steps {
        sh '[[ script ]] check'
      }
    }
  }
}
