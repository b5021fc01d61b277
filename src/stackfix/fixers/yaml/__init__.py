"""Operations on YAML: each works out one stretch of new characters and proves it by reading the result again."""
