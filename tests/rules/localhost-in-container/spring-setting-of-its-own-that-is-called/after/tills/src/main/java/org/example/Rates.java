package org.example;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestTemplate;

@Component
class Rates {
    private final RestTemplate rest = new RestTemplate();
    private final String base;

    Rates(@Value("${rates.base-url}") String base) {
        this.base = base;
    }

    String of(String currency) {
        return rest.getForObject(base + "/rates/" + currency, String.class);
    }
}
