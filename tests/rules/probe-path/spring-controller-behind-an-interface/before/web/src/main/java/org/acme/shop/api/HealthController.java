package org.acme.shop.api;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
public class HealthController implements HealthApi {

    @GetMapping("/version")
    public String version() {
        return "1";
    }
}
