# Copyright (c) 2026, otc.bigdata contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the parts of the Data Lake Insight service, DLI, have in common: who may call, errors, list entries."""

from __future__ import annotations

from . import auth
from .checks import MAX_LONG
from .service import FALSE, localised
from .wire import ApiError, Reply, Request
from .world import Job, World

MESSAGES = {  # "Error Codes" (dli_02_0056), and those of five digits from its edition of 2020
    "DLI.0001": "A parameter is wrong.",
    "DLI.0002": "The object does not exist.",
    "DLI.0003": "Permission denied for the resource.",
    "DLI.0007": "The operation is not supported.",
    "DLI.0023": "There are no such resources.",
    "DLI.0999": "The server has failed.",
    "DLI.10004": "The body is not a JSON object, or Content-Type is not application/json.",
    "DLI.10005": "You have no permission for this operation.",
    "DLI.10006": "The project ID of the URL is not the one of the credential.",
    "DLI.12001": "A job ID must be a number greater than 0.",
    "DLI.12003": "A job that runs cannot be updated.",
    "DLI.13006": "The job runs already or may not be run in its present state.",
    "DLI.13017": "The job has no savepoint.",
    "DLI.13024": "The job has no queue to run on.",
    "DLI.15002": "The present state of the job does not allow a stop.",
    "DLI.23001": "The offset must be a number >= 0.",
    "DLI.23003": "The root job ID is wrong.",
    FALSE: "The present state of the job does not allow this.",
}


STATUSES = {"DLI.0003": 403, "DLI.0023": 404}  # all others: 400


def error(code: str, message: str | None = None) -> ApiError:
    return ApiError(code, message or MESSAGES.get(code, "The operation failed."), STATUSES.get(code, 400))


def wrong(message: str) -> ApiError:
    """The error for a parameter."""
    return error("DLI.0001", message)


def access(world: World, request: Request, project_id: str, *dummy: str) -> None:
    if auth.authenticate(world, request, "DLI.10007", 400).project_id != project_id:
        raise error("DLI.10006")


def error_body(world: World, request: Request, failure: ApiError) -> dict:
    return {"error_code": failure.code, "error_msg": localised(world, request, failure.message, failure.code)}


def error_reply(world: World, request: Request, failure: ApiError) -> Reply:
    return Reply(failure.status, error_body(world, request, failure))


def checked(job: Job | None, operation: str, unknown: ApiError) -> Job:
    """The job that was found; ApiError if there is none, or if it refuses."""
    if job is None:
        raise unknown
    refused = job.refusal(operation)
    if refused:
        raise error(refused)
    return job


def most_rows(world: World, question: str) -> int:
    """The largest limit or size that a list accepts, which is a setting."""
    return world.settings.page_limit if world.settings.answers[question] == "refused" else MAX_LONG


def list_entry(world: World, entry: dict) -> dict:
    """An entry of a list with or without the fields that have no value, as set."""
    if world.settings.answers["list_nulls"] == "shown":
        return entry
    return {name: value for name, value in entry.items() if value is not None}
