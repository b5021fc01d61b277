"""Operations on text that any syntax spells: they ask the formats for the spelling. May import repairs to formats."""
