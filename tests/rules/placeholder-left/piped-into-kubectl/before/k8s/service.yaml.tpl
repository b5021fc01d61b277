apiVersion: v1
kind: Service
metadata:
  name: __NAME__
  # __OLD__ was here
  namespace: __NAMESPACE__
spec:
  ports:
    - port: __PORT__
