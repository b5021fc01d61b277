"""Public images that serve something: which ports they open as they come, what moves these, which are open besides.

Sources: the images' own pages on Docker Hub, quay.io and ghcr.io, their Dockerfiles and their programs' manuals. A port
that some tag or setting opens is among `others`: right where it is used, and no proof where it isn't.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ServiceImage:
    """A public image that serves something. `ports` are what it opens as it comes, the main one first.

    It is unknown where any of `variables` (full names, or beginnings that end in `*`) is set, any of `flags` is among
    the words of the command (but for one that gives the main port as a number), or any of `files` is mounted over.
    `others` are ports that it opens in some settings or between its own members: right where they are used, and no
    proof where they aren't. `moves` are variables that give the main port, as a number, an address or URLs; `opens`
    says which further ports a variable may open, `commanded` which a command may.
    """

    ports: tuple[int, ...]
    variables: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    others: tuple[int, ...] = ()
    moves: tuple[str, ...] = ()
    opens: tuple[tuple[str, tuple[int, ...]], ...] = ()
    commanded: tuple[int, ...] = ()


_PORT_FLAGS = ("--port", "-p")
_POSTGRES = ServiceImage((5432,), ("PGPORT",), (*_PORT_FLAGS, "port=", "config_file="), ("postgresql.conf",))
_BITNAMI_POSTGRES = ServiceImage((5432,), ("POSTGRESQL_PORT_NUMBER",), (), ("postgresql.conf",))
_MYSQL = ServiceImage(
    (3306,), ("MYSQL_TCP_PORT", "MYSQL_PORT_NUMBER"), ("--port", "-P"), ("/etc/mysql", "/etc/my.cnf"), others=(33060,)
)
_MARIADB = ServiceImage((3306,), ("MARIADB_PORT_NUMBER", "MYSQL_TCP_PORT"), ("--port", "-P"), ("/etc/mysql",))
_REDIS = ServiceImage((6379,), ("REDIS_PORT*", "VALKEY_PORT*"), ("--port", "--tls-port", ".conf"), (".conf",))
_NGINX = ServiceImage(
    (80,), ("NGINX_PORT", "NGINX_HTTP_PORT_NUMBER"), ("-c",), ("/etc/nginx",), others=(443, 8080, 8443)
)
_KAFKA = ServiceImage(
    (9092,), ("KAFKA_*LISTENERS", "KAFKA_*"), ("--override", ".properties"), ("server.properties",), others=(9093,)
)
_ZOOKEEPER = ServiceImage(
    (2181,), ("ZOOKEEPER_CLIENT_PORT", "ZOO_PORT_NUMBER", "ZOO_CFG*"), (), ("zoo.cfg",), others=(2888, 3888, 8080)
)
_MINIO = ServiceImage((9000,), (), ("--address",), others=(9001,), moves=("MINIO_ADDRESS", "MINIO_API_PORT_NUMBER"))
_ELASTIC = ServiceImage(
    (9200,), ("http.port", "ELASTICSEARCH_PORT_NUMBER"), ("http.port",), ("elasticsearch.yml",), others=(9300, 9600)
)
_KEYCLOAK = ServiceImage(
    (8080,), ("KC_HTTPS*", "KC_HTTP_ENABLED", "KEYCLOAK_HTTP_PORT"), ("--http-port", "--http-enabled"), ("/conf",),
    others=(8443, 9000), moves=("KC_HTTP_PORT",),
)  # fmt: skip
_PROMETHEUS = ServiceImage((9090,), (), ("--web.listen-address", "--web.config"))
_VAULT = ServiceImage(
    (8200,), ("VAULT_LOCAL_CONFIG",), ("-config", "-dev-listen"), (".hcl", "/vault/config"),
    moves=("VAULT_DEV_LISTEN_ADDRESS",), commanded=(8201,),
)  # fmt: skip
_CADDY = ServiceImage((80,), (), ("--config", "--listen"), ("Caddyfile", "/etc/caddy"), others=(443, 2019))

_KIBANA = ServiceImage((5601,), (), ("--port",), ("kibana.yml",), moves=("SERVER_PORT",))
_GRAFANA = ServiceImage(
    (3000,), ("GF_SERVER_PROTOCOL",), ("server.http_port", "cfg:"), ("grafana.ini",), moves=("GF_SERVER_HTTP_PORT",)
)
_PHPMYADMIN = ServiceImage((80,), (), (), ("/etc/apache2",), moves=("APACHE_PORT",))
_APACHE = ServiceImage((80,), ("APACHE_*PORT*",), (), ("/etc/apache2",), others=(443,))
_ANY_WORD = ("",)
"""What stands for every word of a command: known is only what the image's own starts."""


def _exporter(port: int, *moves: str, others: tuple[int, ...] = ()) -> ServiceImage:
    """One of Prometheus' exporters, which share a flag."""
    return ServiceImage((port,), (), ("--web.listen-address", "-web.listen-address"), others=others, moves=moves)


def _moved_by(port: int, *moves: str, flags: tuple[str, ...] = (), others: tuple[int, ...] = ()) -> ServiceImage:
    """An image with one port, that its variables give."""
    return ServiceImage((port,), (), flags, others=others, moves=moves)


_EXPORTERS = {
    "prom/node-exporter": _exporter(9100),
    "quay.io/prometheus/node-exporter": _exporter(9100),
    "prom/mysqld-exporter": _exporter(9104),
    "prom/blackbox-exporter": _exporter(9115),
    "prom/snmp-exporter": _exporter(9116),
    "prom/statsd-exporter": _exporter(9102, others=(9125,)),
    "prom/memcached-exporter": _exporter(9150),
    "oliver006/redis_exporter": _exporter(9121, "REDIS_EXPORTER_WEB_LISTEN_ADDRESS"),
    "prometheuscommunity/postgres-exporter": _exporter(9187, "PG_EXPORTER_WEB_LISTEN_ADDRESS"),
    "quay.io/prometheuscommunity/postgres-exporter": _exporter(9187, "PG_EXPORTER_WEB_LISTEN_ADDRESS"),
    "nginx/nginx-prometheus-exporter": _exporter(9113, "LISTEN_ADDRESS"),
    "danielqsj/kafka-exporter": _exporter(9308),
    "gcr.io/cadvisor/cadvisor": _moved_by(8080, flags=("--port", "-port")),
    "ghcr.io/google/cadvisor": _moved_by(8080, flags=("--port", "-port")),
    "google/cadvisor": _moved_by(8080, flags=("--port", "-port")),
}
_CONNECT = ServiceImage((8083,), (), (), ("connect-distributed",), moves=("CONNECT_LISTENERS", "CONNECT_REST_PORT"))
_KSQL = _moved_by(8088, "KSQL_LISTENERS")
_KAFKA_UI = _moved_by(8080, "SERVER_PORT")
_N8N = ServiceImage(
    (5678,), ("N8N_LISTEN_ADDRESS", "N8N_CONFIG_FILES"), ("worker", "execute", "import", "export"), moves=("N8N_PORT",),
    opens=(("N8N_RUNNERS_*", (5679, 5680)),),
)  # fmt: skip
_GITEA = ServiceImage(
    (3000,), ("GITEA__*PROTOCOL", "FORGEJO__*PROTOCOL"), (), ("app.ini",), others=(22, 2222),
    moves=("GITEA__server__HTTP_PORT", "GITEA__SERVER__HTTP_PORT", "FORGEJO__server__HTTP_PORT", "HTTP_PORT"),
)  # fmt: skip
_PORTAINER = ServiceImage((9000,), (), ("--bind", "-p", "--http-disabled", "--ssl"), others=(8000, 9443))
_TRAEFIK = ServiceImage(
    (80,), ("TRAEFIK_*",), ("--entrypoints", "--entryPoints", "--configfile", "--configFile", "--providers.file"),
    ("/etc/traefik", "traefik."), others=(443,),
    commanded=(8080,),
)  # fmt: skip
_JENKINS = ServiceImage((8080,), ("JENKINS_OPTS",), ("--httpPort", "--httpsPort", "--prefix"), others=(50000, 8443))
_SELENIUM = ServiceImage((4444,), ("SE_*PORT*", "SE_OPTS"), others=(4442, 4443, 5555, 5900, 7900))
_MSSQL = ServiceImage((1433,), (), (), ("mssql.conf",), others=(1431, 1434, 51000), moves=("MSSQL_TCP_PORT",))
_AZURITE = ServiceImage((10000, 10001, 10002), (), _ANY_WORD)
_METABASE = ServiceImage((3000,), ("MB_JETTY_SSL*",), (), moves=("MB_JETTY_PORT",))
_SONARQUBE = ServiceImage(
    (9000,), ("SONAR_CLUSTER*",), ("-Dsonar",), ("sonar.properties",), others=(9092,), moves=("SONAR_WEB_PORT",)
)

SERVICES: dict[str, ServiceImage] = {
    "postgres": _POSTGRES,
    "postgis/postgis": _POSTGRES,
    "pgvector/pgvector": _POSTGRES,
    "timescale/timescaledb": _POSTGRES,
    "ankane/pgvector": _POSTGRES,
    "bitnami/postgresql": _BITNAMI_POSTGRES,
    "mysql": _MYSQL,
    "mysql/mysql-server": _MYSQL,
    "percona": _MYSQL,
    "bitnami/mysql": _MYSQL,
    "mariadb": _MARIADB,
    "bitnami/mariadb": _MARIADB,
    "redis": _REDIS,
    "redis/redis-stack-server": _REDIS,
    "redis/redis-stack": ServiceImage((6379, 8001), ("REDIS_PORT*",), ("--port", ".conf"), (".conf",)),
    "bitnami/redis": _REDIS,
    "valkey/valkey": _REDIS,
    "bitnami/valkey": _REDIS,
    "mongo": ServiceImage(
        (27017,),
        ("MONGODB_PORT_NUMBER",),
        ("--port", "--config", "-f", "--configsvr", "--shardsvr"),
        others=(28017,),
    ),
    "bitnami/mongodb": ServiceImage((27017,), ("MONGODB_PORT_NUMBER",), ("--port",), ("mongodb.conf",)),
    "nginx": _NGINX,
    "httpd": ServiceImage((80,), (), ("-f", "-c", "-C"), ("httpd.conf", "/usr/local/apache2/conf"), others=(443,)),
    "elasticsearch": _ELASTIC,
    "docker.elastic.co/elasticsearch/elasticsearch": _ELASTIC,
    "opensearchproject/opensearch": _ELASTIC,
    "kibana": _KIBANA,
    "docker.elastic.co/kibana/kibana": _KIBANA,
    "apache/kafka": _KAFKA,
    "zookeeper": _ZOOKEEPER,
    "confluentinc/cp-zookeeper": _ZOOKEEPER,
    "bitnami/zookeeper": _ZOOKEEPER,
    "minio/minio": _MINIO,
    "quay.io/minio/minio": _MINIO,
    "prom/prometheus": _PROMETHEUS,
    "quay.io/prometheus/prometheus": _PROMETHEUS,
    "prom/alertmanager": ServiceImage((9093,), (), ("--web.listen-address",), others=(9094,)),
    "quay.io/prometheus/alertmanager": ServiceImage((9093,), (), ("--web.listen-address",), others=(9094,)),
    "prom/pushgateway": _exporter(9091),
    **_EXPORTERS,
    "grafana/grafana": _GRAFANA,
    "grafana/grafana-oss": _GRAFANA,
    "grafana/grafana-enterprise": _GRAFANA,
    "grafana/loki": ServiceImage(
        (3100,), (), ("-server.http-listen-port",), ("/etc/loki", ".yaml", ".yml"), others=(9095, 9096, 7946)
    ),
    "qdrant/qdrant": ServiceImage(
        (6333, 6334),
        ("QDRANT__SERVICE__HTTP_PORT", "QDRANT__SERVICE__GRPC_PORT"),
        ("--config-path",),
        ("/qdrant/config",),
        others=(6335,),
    ),
    "chromadb/chroma": ServiceImage(
        (8000,), ("CHROMA_SERVER_HTTP_PORT", "CHROMA_PORT", "PORT"), ("--port", ".yaml"), ("config.yaml",)
    ),
    "ghcr.io/chroma-core/chroma": ServiceImage(
        (8000,), ("CHROMA_SERVER_HTTP_PORT", "CHROMA_PORT", "PORT"), ("--port", ".yaml"), ("config.yaml",)
    ),
    "semitechnologies/weaviate": ServiceImage((8080,), ("WEAVIATE_PORT",), ("--port",), others=(50051, 2112, 6060)),
    "neo4j": ServiceImage(
        (7474, 7687),
        ("NEO4J_*listen*", "NEO4J_*LISTEN*", "NEO4J_server_*", "NEO4J_dbms_connector_*"),
        (),
        ("/conf",),
        others=(7473,),
    ),
    "consul": ServiceImage(
        (8500,),
        ("CONSUL_LOCAL_CONFIG",),
        ("-http-port", "-config-file", "-config-dir"),
        ("/consul/config",),
        others=(8300, 8301, 8302, 8502, 8503, 8600),
    ),
    "hashicorp/consul": ServiceImage(
        (8500,),
        ("CONSUL_LOCAL_CONFIG",),
        ("-http-port", "-config-file", "-config-dir"),
        ("/consul/config",),
        others=(8300, 8301, 8302, 8502, 8503, 8600),
    ),
    "kong": ServiceImage(
        (8000, 8443),
        ("KONG_PROXY_LISTEN", "KONG_PORT_MAPS"),
        ("-c",),
        ("kong.conf",),
        others=(*range(8001, 8008), *range(8444, 8448)),
    ),
    "ollama/ollama": ServiceImage((11434,), ("OLLAMA_HOST",)),
    "memcached": ServiceImage((11211,), ("MEMCACHED_PORT_NUMBER",), _PORT_FLAGS),
    "nats": ServiceImage(
        (4222,), (), ("--port", "-p", "--config", "-c"), ("nats-server.conf", ".conf"), others=(6222, 7422, 8222)
    ),
    "adminer": ServiceImage((8080,), (), ("-S",)),
    "dpage/pgadmin4": ServiceImage((80,), ("PGADMIN_ENABLE_TLS",), others=(443,), moves=("PGADMIN_LISTEN_PORT",)),
    "phpmyadmin": _PHPMYADMIN,
    "phpmyadmin/phpmyadmin": _PHPMYADMIN,
    "mongo-express": ServiceImage((8081,), ("VCAP_APP_PORT",), moves=("PORT",)),
    "quay.io/keycloak/keycloak": _KEYCLOAK,
    "keycloak/keycloak": _KEYCLOAK,
    "hashicorp/vault": _VAULT,
    "vault": _VAULT,
    "influxdb": ServiceImage(
        (8086,),
        ("INFLUXD_HTTP_BIND_ADDRESS", "INFLUXDB_HTTP_BIND_ADDRESS"),
        ("--http-bind",),
        ("/etc/influxdb", "config."),
        others=(8088,),
    ),
    "jaegertracing/all-in-one": ServiceImage(
        (16686,),
        ("QUERY_HTTP_SERVER_HOST_PORT", "QUERY_*"),
        ("--query.http",),
        others=(4317, 4318, 5775, 5778, 6831, 6832, 8888, 9411, 13133, 14250, *range(14267, 14272), 16685, 16687),
    ),
    "rabbitmq": ServiceImage(
        (5672,),
        ("RABBITMQ_NODE_PORT",),
        (),
        ("/etc/rabbitmq",),
        others=(1883, 4369, 5552, 5671, 15671, 15672, 15674, 15675, 15692, 25672, 61613),
    ),
    "caddy": _CADDY,
    "traefik/whoami": ServiceImage((80,), ("WHOAMI_PORT_NUMBER",), ("--port", "-port")),
    "mailhog/mailhog": ServiceImage((1025, 8025), ("MH_*",), ("-",)),
    "axllent/mailpit": ServiceImage((1025, 8025), ("MP_*",), ("-",)),
    "clickhouse/clickhouse-server": ServiceImage(
        (8123, 9000), (), ("--config-file",), ("config.xml", "config.d"), others=(8443, *range(9004, 9012), 9363, 9440)
    ),
    "localstack/localstack": ServiceImage((4566,), ("GATEWAY_LISTEN", "EDGE_PORT"), others=(443, *range(4510, 4600))),
    "registry": ServiceImage((5000,), (), (), ("config.yml",), others=(5001,), moves=("REGISTRY_HTTP_ADDR",)),
    "cassandra": ServiceImage((9042,), (), (), ("cassandra.yaml",), others=(7000, 7001, 7199, 9160)),
    "confluentinc/cp-schema-registry": _moved_by(8081, "SCHEMA_REGISTRY_LISTENERS"),
    "confluentinc/cp-kafka-rest": _moved_by(8082, "KAFKA_REST_LISTENERS"),
    "confluentinc/cp-kafka-connect": _CONNECT,
    "confluentinc/cp-kafka-connect-base": _CONNECT,
    "confluentinc/cp-server-connect": _CONNECT,
    "debezium/connect": replace(_CONNECT, others=(8778, 9092, 9779)),
    "quay.io/debezium/connect": replace(_CONNECT, others=(8778, 9092, 9779)),
    "confluentinc/ksqldb-server": _KSQL,
    "confluentinc/cp-ksqldb-server": _KSQL,
    "confluentinc/cp-enterprise-control-center": _moved_by(9021, "CONTROL_CENTER_REST_LISTENERS", others=(9022,)),
    "provectuslabs/kafka-ui": _KAFKA_UI,
    "kafbat/kafka-ui": _KAFKA_UI,
    "ghcr.io/kafbat/kafka-ui": _KAFKA_UI,
    "obsidiandynamics/kafdrop": ServiceImage(
        (9000,), ("JVM_OPTS", "CMD_ARGS"), ("--server.port",), moves=("SERVER_PORT",)
    ),
    "traefik": _TRAEFIK,
    "portainer/portainer": _PORTAINER,
    "portainer/portainer-ce": _PORTAINER,
    "portainer/portainer-ee": _PORTAINER,
    "sonarqube": _SONARQUBE,
    "jenkins/jenkins": _JENKINS,
    "jenkinsci/blueocean": _JENKINS,
    "n8nio/n8n": _N8N,
    "docker.n8n.io/n8nio/n8n": _N8N,
    "metabase/metabase": _METABASE,
    "apache/superset": ServiceImage(
        (8088,), ("GUNICORN_CMD_ARGS",), _ANY_WORD, ("run-server",), moves=("SUPERSET_PORT",)
    ),
    "gitea/gitea": _GITEA,
    "docker.gitea.com/gitea": _GITEA,
    "codeberg.org/forgejo/forgejo": _GITEA,
    "nextcloud": _APACHE,
    "wordpress": _APACHE,
    "drupal": _APACHE,
    "joomla": _APACHE,
    "matomo": _APACHE,
    "mediawiki": _APACHE,
    "drone/drone": _moved_by(80, "DRONE_SERVER_PORT", others=(443,)),
    "jaegertracing/jaeger": ServiceImage(
        (16686,),
        (),
        ("--config", "--set"),
        ("config.y",),
        others=(4317, 4318, 5778, 5779, 8888, 9411, 13133, 14250, 16685),
    ),
    "openzipkin/zipkin": _moved_by(9411, "QUERY_PORT"),
    "openzipkin/zipkin-slim": _moved_by(9411, "QUERY_PORT"),
    "rediscommander/redis-commander": _moved_by(8081, "PORT", flags=("--port",)),
    "ghcr.io/joeferner/redis-commander": _moved_by(8081, "PORT", flags=("--port",)),
    "redis/redisinsight": ServiceImage((5540,), ("RI_SERVER_TLS*",), moves=("RI_APP_PORT",)),
    "sosedoff/pgweb": _moved_by(8081, flags=("--listen",)),
    "directus/directus": _moved_by(8055, "PORT"),
    "nocodb/nocodb": _moved_by(8080, "PORT"),
    "hasura/graphql-engine": _moved_by(8080, "HASURA_GRAPHQL_SERVER_PORT", flags=("--server-port",)),
    "postgrest/postgrest": ServiceImage(
        (3000,), ("PGRST_SERVER_UNIX_SOCKET",), (), (".conf",), moves=("PGRST_SERVER_PORT",)
    ),
    "getmeili/meilisearch": ServiceImage(
        (7700,), ("MEILI_CONFIG_FILE_PATH",), ("--http-addr", "--config"), ("config.toml",), moves=("MEILI_HTTP_ADDR",)
    ),
    "typesense/typesense": _moved_by(8108, "TYPESENSE_API_PORT", flags=("--api-port", "--config"), others=(8107,)),
    "gotenberg/gotenberg": _moved_by(3000, "API_PORT", "PORT", flags=("--api-port", "--api-port-from-env")),
    "selenium/hub": _SELENIUM,
    "selenium/standalone-chrome": _SELENIUM,
    "selenium/standalone-chromium": _SELENIUM,
    "selenium/standalone-firefox": _SELENIUM,
    "mcr.microsoft.com/mssql/server": _MSSQL,
    "mcr.microsoft.com/azure-sql-edge": _MSSQL,
    "mcr.microsoft.com/azure-storage/azurite": _AZURITE,
    "couchdb": ServiceImage((5984,), (), (), ("/opt/couchdb/etc",), others=(4369, 6984, 9100)),
    "solr": ServiceImage((8983,), ("SOLR_OPTS",), ("-p", "--port"), others=(7983, 9983, 18983), moves=("SOLR_PORT",)),
    "temporalio/ui": _moved_by(8080, "TEMPORAL_UI_PORT"),
    "louislam/uptime-kuma": _moved_by(3001, "UPTIME_KUMA_PORT", "PORT", flags=("--port",)),
    "vaultwarden/server": _moved_by(80, "ROCKET_PORT", others=(3012,)),
    "ghost": _moved_by(2368, "server__port"),
    "nodered/node-red": ServiceImage((1880,), (), ("-p", "--port"), ("settings.js", "/data"), moves=("PORT",)),
    "verdaccio/verdaccio": ServiceImage((4873,), (), (), ("config.yaml", "/verdaccio/conf"), moves=("VERDACCIO_PORT",)),
    "swaggerapi/swagger-ui": _moved_by(8080, "PORT"),
    "amir20/dozzle": _moved_by(8080, "DOZZLE_ADDR", flags=("--addr",), others=(7007,)),
    "victoriametrics/victoria-metrics": _moved_by(8428, flags=("-httpListenAddr", "--httpListenAddr")),
    "opensearchproject/opensearch-dashboards": ServiceImage(
        (5601,), (), ("--port",), ("opensearch_dashboards.yml",), moves=("SERVER_PORT",)
    ),
    "flowiseai/flowise": _moved_by(3000, "PORT"),
    "ghcr.io/open-webui/open-webui": _moved_by(8080, "PORT", flags=("--port",)),
    "langfuse/langfuse": _moved_by(3000, "PORT"),
    "vllm/vllm-openai": _moved_by(8000, flags=("--port", "--config", "--uds")),
    "amazon/dynamodb-local": _moved_by(8000, flags=("-port",)),
    "kennethreitz/httpbin": ServiceImage((80,), (), _ANY_WORD),
}
