import { z } from 'zod';

const schema = z.object({
  LAMP_PERIOD: z.coerce.number().default(30),
  TIDE_TABLE: z.string().min(1),
  PIER: z.string().optional(),
});

const parsed = schema.safeParse(process.env);

if (!parsed.success) {
  console.error(parsed.error.flatten());
  process.exit(1);
}

export const settings = parsed.data;
