package org.acme.shop

import org.springframework.web.bind.annotation.GetMapping
import org.springframework.web.bind.annotation.RequestMapping
import org.springframework.web.bind.annotation.RestController

@RestController
@RequestMapping("/internal")
class StatusController(private val clock: java.time.Clock) {

    @GetMapping(value = ["/healthz"], produces = ["text/plain"])
    fun healthz(): String = "ok"
}
