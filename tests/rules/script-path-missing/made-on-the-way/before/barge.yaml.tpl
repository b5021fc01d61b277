apiVersion: v1
kind: ConfigMap
metadata:
  name: $NAME
data:
  DEPTH: "4"
