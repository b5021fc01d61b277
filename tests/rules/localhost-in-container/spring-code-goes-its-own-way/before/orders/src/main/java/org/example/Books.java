package org.example;

import javax.sql.DataSource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration
class Books {
    @Bean
    DataSource books(@Value("${books.url}") String url) {
        return DataSourceBuilder.create().url(url).username("clerk").password("quill").build();
    }
}
