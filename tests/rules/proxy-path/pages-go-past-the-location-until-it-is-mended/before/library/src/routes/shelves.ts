import { Router } from "express";

const router = Router();

router.get("/", (req, res) => res.json([]));
router.get("/:number", (req, res) => res.json({}));

export const shelves = router;
