package org.acme.shop;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerResponse;

@Configuration
class Routes {

    @Bean
    RouterFunction<ServerResponse> health() {
        return RouterFunctions.route().GET("/health", request -> ServerResponse.ok().build()).build();
    }
}
