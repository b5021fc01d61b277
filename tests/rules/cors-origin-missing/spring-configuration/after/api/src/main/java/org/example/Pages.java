package org.example;

import java.util.List;
import org.springframework.web.cors.CorsConfiguration;

class Pages {
    CorsConfiguration pages() {
        CorsConfiguration known = new CorsConfiguration();
        known.setAllowedOrigins(List.of("http://localhost:3000", "http://localhost:4200", "http://localhost:8090"));
        return known;
    }
}
