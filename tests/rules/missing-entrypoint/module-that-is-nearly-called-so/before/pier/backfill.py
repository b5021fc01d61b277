from pier import names

if __name__ == "__main__":
    print(names.ALL)
