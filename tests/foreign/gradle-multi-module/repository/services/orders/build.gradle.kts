plugins {
    id("java-conventions")
    alias(libs.plugins.spring.boot)
}

dependencies {
    implementation(project(":libs:events"))
    implementation(libs.web)
    implementation(libs.actuator)
}
