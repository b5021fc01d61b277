plugins {
    id("org.springframework.boot") version "3.3.4"
}
dependencies {
    implementation("org.springframework.boot:spring-boot-starter-webflux")
    testImplementation("org.springframework.boot:spring-boot-starter-test")
}
