plugins {
    id("java-conventions")
    `java-library`
}
