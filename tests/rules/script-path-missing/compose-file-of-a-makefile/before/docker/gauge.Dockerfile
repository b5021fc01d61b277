FROM busybox:1.36
CMD ["sleep", "3600"]
