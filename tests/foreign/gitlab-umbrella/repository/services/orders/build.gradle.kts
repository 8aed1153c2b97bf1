plugins {
    kotlin("jvm") version "2.2.20"
    id("io.quarkus") version "3.28.1"
}

kotlin {
    jvmToolchain(21)
}

dependencies {
    implementation("io.quarkus:quarkus-smallrye-health")
}
