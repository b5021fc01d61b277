FROM gitpod/workspace-full:latest
RUN sudo apt-get install -y jq
