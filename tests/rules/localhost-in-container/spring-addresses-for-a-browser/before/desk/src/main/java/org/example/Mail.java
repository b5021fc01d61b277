package org.example;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.web.client.RestTemplate;

class Mail {
    @Value("${app.frontend-url}")
    private String page;
    @Value("${reset.link-url}")
    private String link;
    private final RestTemplate rest = new RestTemplate();
}
