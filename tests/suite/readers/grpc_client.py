"""Calls the front door by grpcio, and says as JSON what came of it. The messages are made from the contracts' descriptors at
run time; nothing is generated.

    python3 grpc_client.py ADDRESS CONTRACTS ERRAND
"""
import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.rpc import error_details_pb2, status_pb2

address, contracts, errand = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
pool = descriptor_pool.DescriptorPool()
with open(contracts, "rb") as file:
    for one in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
        pool.Add(one)
channel = grpc.insecure_channel(address)
known = (("authorization", f"Bearer {errand['token']}"),)


def method(service, name):
    """A method of the contracts, and how it is called."""
    found = pool.FindServiceByName(service).FindMethodByName(name)
    request, answer = (message_factory.GetMessageClass(one) for one in (found.input_type, found.output_type))
    kind = channel.unary_stream if found.server_streaming else channel.unary_unary
    call = kind(f"/{service}/{name}", request.SerializeToString, answer.FromString)
    return lambda json_request, metadata=known: call(
        json_format.ParseDict(json_request, request(), descriptor_pool=pool), metadata=metadata, timeout=30
    )


def as_json(message):
    return json_format.MessageToDict(message, descriptor_pool=pool)


def details(error):
    """The rich details of a status (google.rpc.Status in `grpc-status-details-bin`)."""
    for name, value in error.trailing_metadata():
        if name == "grpc-status-details-bin":
            for packed in status_pb2.Status.FromString(value).details:
                kind = packed.type_url.rsplit("/", 1)[-1]
                found = getattr(error_details_pb2, kind.rsplit(".", 1)[-1]).FromString(packed.value)
                yield {"type": kind, **json_format.MessageToDict(found)}


def outcome(call, *what):
    """What a call answers, or the code, the text and the details of its status."""
    try:
        return {"answer": as_json(call(*what))}
    except grpc.RpcError as error:
        return {"code": error.code().name, "message": error.details(), "details": list(details(error))}


get_unit = method("hoagiai.registry.v1.UnitService", "GetUnit")
plan_teams = method("hoagiai.registry.v1.TeamService", "PlanTeams")
read = method("hoagiai.journal.v1.JournalService", "Read")
said = {
    "whole": outcome(get_unit, {"unitId": errand["ward"]}),
    "missing": outcome(get_unit, {"unitId": errand["missing"]}),
    "stranger": outcome(get_unit, {"unitId": errand["ward"]}, ()),
    "faulty": outcome(plan_teams, errand["faulty"]),
    "planned": outcome(plan_teams, errand["plan"]),
    "positions": [entry.position for part in read({"journal": "registry"}) for entry in part.entries],
}
print(json.dumps(said))
