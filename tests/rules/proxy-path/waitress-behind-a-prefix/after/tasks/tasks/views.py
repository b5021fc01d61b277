from flask import Blueprint, jsonify

bp = Blueprint("tasks", __name__)


@bp.route("/tasks", methods=["GET", "POST"])
def tasks():
    return jsonify([])


@bp.route("/tasks/<int:task_id>", methods=["DELETE"])
def delete(task_id):
    return "", 204
