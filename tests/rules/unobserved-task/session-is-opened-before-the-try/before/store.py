from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

async_session_maker = async_sessionmaker(create_async_engine("sqlite+aiosqlite:///fill.db"))


def get_session() -> AsyncSession:
    return async_session_maker()


async def mark(session: AsyncSession, number: int, state: str) -> None:
    await session.execute("select 1")
