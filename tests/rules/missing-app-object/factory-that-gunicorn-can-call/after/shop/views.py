from flask import Blueprint, jsonify

bp = Blueprint("views", __name__)


@bp.get("/products")
def products():
    return jsonify([])
