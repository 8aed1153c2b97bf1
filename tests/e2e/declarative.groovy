// Parses a Jenkinsfile with Groovy's own compiler, up to its syntax tree: prints the error of one that is no Groovy.
import org.codehaus.groovy.control.CompilationUnit
import org.codehaus.groovy.control.MultipleCompilationErrorsException
import org.codehaus.groovy.control.Phases

def unit = new CompilationUnit()
unit.addSource('Jenkinsfile', new File(args[0]).text)
try {
  unit.compile(Phases.CONVERSION)
} catch (MultipleCompilationErrorsException error) {
  println error.errorCollector.errors[0].cause?.message
  System.exit(1)
}
def calls = unit.AST.modules[0].statementBlock.statements*.expression*.methodAsString
println calls.join(' ')
System.exit(calls == ['pipeline'] ? 0 : 1)
