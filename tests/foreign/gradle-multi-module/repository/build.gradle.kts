tasks.register("printVersion") {
    doLast { println(project.version) }
}
