from .tides import high

if __name__ == "__main__":
    print(high())
