from pydantic import BaseModel


class Other(BaseModel):
    name: str
