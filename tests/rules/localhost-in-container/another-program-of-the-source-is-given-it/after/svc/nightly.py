from common.queue import connect

if __name__ == "__main__":
    print(connect().llen("jobs"))
