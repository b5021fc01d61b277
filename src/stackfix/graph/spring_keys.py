"""The settings by which Spring Boot itself connects: their keys, what brings them in, and what code goes its own way.

Source: Spring Boot's list of common application properties, and those of Spring Cloud's Netflix and Gateway projects.
Keys are as relaxed binding makes them one: without dashes, in lower case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to connect. `needs` is what a module's manifest names for it; `own` are the words of code that makes its
    own client, and then names the key where it takes it; `majors` are the major versions of Spring Boot that know it.

    `engine` is what it speaks where the address doesn't say, `port` what is asked where none is written, `schemes` what
    an address must begin with. `login` are the names beside the key that say who asks. `pairs`: host:port will do.
    """

    needs: re.Pattern[str]
    own: str | None = None
    engine: str | None = None
    port: int | None = None
    schemes: frozenset[str] = frozenset()
    login: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    pairs: bool = False
    majors: frozenset[int] | None = None

    def speaks(self, scheme: str | None) -> bool:
        """Whether an address of that scheme may stand here."""
        return not self.schemes or scheme in self.schemes or (scheme is None and self.pairs)


_NAMED = {"user": ("username",), "password": ("password",)}
_FLYWAY = {"user": ("user",), "password": ("password",)}
_WEB = frozenset({"http", "https"})
_OF_MONGO = Kind(
    re.compile("mongodb"), "mongo", "mongodb", 27017, login={**_NAMED, "database": ("database",)},
    majors=frozenset({2, 3}),
)  # fmt: skip
_OF_REDIS = Kind(re.compile("redis|redisson|spring-session"), "redis", "redis", 6379, login=_NAMED)
_OF_RABBIT = Kind(re.compile("amqp|rabbit"), "rabbit", "amqp", 5672, login=_NAMED, pairs=True)
_JDBC = Kind(re.compile(r"jpa|jdbc|mybatis|flyway|liquibase|jooq|hikari"), "jdbc", login=_NAMED)
_KAFKA = Kind(re.compile("kafka"), "kafka", "kafka", pairs=True)
_ZIPKIN = Kind(re.compile("zipkin"), port=9411, schemes=_WEB)
_REDIS_3 = Kind(_OF_REDIS.needs, "redis", "redis", 6379, login=_NAMED, majors=frozenset({3, 4}))
_REDIS_2 = Kind(_OF_REDIS.needs, "redis", "redis", 6379, login=_NAMED, majors=frozenset({2}))

URLS: dict[str, Kind] = {
    "spring.datasource.url": _JDBC,
    "spring.r2dbc.url": Kind(re.compile("r2dbc"), "r2dbc", login=_NAMED),
    "spring.flyway.url": Kind(re.compile("flyway"), login=_FLYWAY),
    "spring.liquibase.url": Kind(re.compile("liquibase"), login=_FLYWAY),
    "spring.data.mongodb.uri": _OF_MONGO,
    "spring.data.redis.url": _REDIS_3,
    "spring.redis.url": _REDIS_2,
    "spring.rabbitmq.addresses": _OF_RABBIT,
    "spring.elasticsearch.uris": Kind(re.compile("elasticsearch"), "elastic", port=9200, schemes=_WEB, pairs=True),
    "spring.kafka.bootstrapservers": _KAFKA,
    "spring.kafka.consumer.bootstrapservers": _KAFKA,
    "spring.kafka.producer.bootstrapservers": _KAFKA,
    "spring.kafka.streams.bootstrapservers": _KAFKA,
    "spring.cloud.stream.kafka.binder.brokers": _KAFKA,
    "spring.neo4j.uri": Kind(re.compile("neo4j"), "neo4j", "bolt", 7687),
    "eureka.client.serviceurl.defaultzone": Kind(re.compile("eureka"), schemes=_WEB),
    "spring.zipkin.baseurl": _ZIPKIN,
    "management.zipkin.tracing.endpoint": _ZIPKIN,
    "management.otlp.tracing.endpoint": Kind(re.compile("otlp|opentelemetry"), schemes=_WEB),
    "spring.boot.admin.client.url": Kind(re.compile("boot-admin-starter-client"), schemes=_WEB),
    "spring.security.oauth2.resourceserver.jwt.jwkseturi": Kind(re.compile("resource-server"), schemes=_WEB),
}
"""Settings that hold a whole address, or a list of them."""
HOSTS: dict[str, Kind] = {
    "spring.data.mongodb": _OF_MONGO,
    "spring.data.redis": _REDIS_3,
    "spring.redis": _REDIS_2,
    "spring.rabbitmq": _OF_RABBIT,
    "spring.mail": Kind(re.compile("starter-mail"), "mail", port=25),
}
"""Settings that have a host, with its port beside it."""
ROUTE = re.compile(r"spring\.cloud\.gateway\.(?:server\.\w+\.)?(?:mvc\.)?routes\[\d+\]\.uri")
ROUTED = Kind(re.compile("gateway"), schemes=_WEB)
CALLED = Kind(re.compile(""), schemes=_WEB)
SPELLED = {k: k.replace("servers", "_servers").replace(".", "_").upper() for k in URLS if k.endswith("pservers")}
"""Settings that people write a variable for with a dash of the key in it, which binds as well."""
OWN = {
    "kafka": re.compile(r"BOOTSTRAP_SERVERS_CONFIG|bootstrap\.servers|KafkaAutoConfiguration|KafkaConnectionDetails"),
    "jdbc": re.compile(
        r"DataSourceBuilder|HikariConfig|new HikariDataSource|DriverManagerDataSource|AbstractRoutingDataSource"
        r"|BasicDataSource|DruidDataSource|JdbcConnectionDetails|setJdbcUrl|DataSourceAutoConfiguration"
    ),
    "r2dbc": re.compile(r"ConnectionFactories\.get|ConnectionFactoryOptions|AbstractR2dbcConfiguration|R2dbcAutoC"),
    "mongo": re.compile(r"MongoClients\.create|AbstractMongoClientConfiguration|MongoClientSettings|MongoAutoConfig"),
    "redis": re.compile(
        r"RedisStandaloneConfiguration|(?:Lettuce|Jedis)ConnectionFactory\(|JedisPool\w*\(|Redisson\.create"
        r"|RedisClient\.create|RedisAutoConfiguration|RedisConnectionDetails"
    ),
    "rabbit": re.compile(r"new (?:Caching)?ConnectionFactory\(|RabbitAutoConfiguration|CachingConnectionFactory\("),
    "elastic": re.compile(r"RestClient\.builder|ClientConfiguration\.|RestHighLevelClient\(|ElasticsearchRest\w*AutoC"),
    "neo4j": re.compile(r"GraphDatabase\.driver|Neo4jAutoConfiguration"),
    "mail": re.compile(r"JavaMailSenderImpl|MailSenderAutoConfiguration"),
}
"""Code that makes a client itself, or keeps Spring from making one."""
