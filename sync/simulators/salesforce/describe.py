"""What describe calls answer."""

import sqlite3
from typing import Any

from sync.simulators.salesforce import access, schema
from sync.simulators.salesforce.errors import OrgError
from sync.simulators.salesforce.schema.model import CASCADE, NUMBER_TYPES, RESTRICT, TEXT_TYPES, Field, SObject
from sync.simulators.salesforce.soql.conditions import LONG_TEXT

_SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "date": "xsd:date",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
}
_BYTES_A_CHARACTER = 3
_WHOLE_DIGITS = 18


def describe_global(connection: sqlite3.Connection, user_id: str, *, version: str = "60.0") -> dict[str, Any]:
    """The objects of the org, as `GET sobjects` answers; every user sees every object."""
    return {
        "encoding": "UTF-8",
        "maxBatchSize": 200,
        "sobjects": [_about(made, version, whole=False) for _, made in sorted(schema.objects().items())],
    }


def describe(
    connection: sqlite3.Connection, user_id: str, object_name: str, *, version: str = "60.0"
) -> dict[str, Any]:
    """One object with the fields that this user may see, as `GET sobjects/X/describe` answers.

    Raises OrgError NOT_FOUND for an object that the org does not have.
    """
    made = schema.find(object_name)
    if made is None:
        raise OrgError("NOT_FOUND", "The requested resource does not exist", status=404)
    hidden = access.hidden_fields(connection, user_id, made.name)
    locked = access.locked_fields(connection, user_id, made.name)
    fields = [_field(field, locked=field.name in locked) for field in made.fields if field.name not in hidden]
    return {
        "actionOverrides": [],
        "childRelationships": [
            _child(child, lookup)
            for child, lookup in schema.children(made.name)
            if lookup.name not in access.hidden_fields(connection, user_id, child.name)
        ],
        "compactLayoutable": True,
        "defaultImplementation": None,
        "extendedBy": None,
        "extendsInterfaces": None,
        "fields": fields,
        "implementedBy": None,
        "implementsInterfaces": None,
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [_master_record_type(made, version)],
        "searchLayoutable": True,
        "sobjectDescribeOption": "FULL",
        "supportedScopes": [{"label": f"All {made.label_plural.lower()}", "name": "everything"}],
        **_about(made, version, whole=True),
    }


def _about(made: SObject, version: str, *, whole: bool) -> dict[str, Any]:
    """What both calls tell of an object."""
    place = f"/services/data/v{version}/sobjects/{made.name}"
    urls = {"rowTemplate": f"{place}/{{ID}}", "describe": f"{place}/describe", "sobject": place}
    if whole:
        urls["uiDetailTemplate"] = "/{ID}"
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": made.createable,
        "custom": made.custom,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": made.deletable,
        "deprecatedAndHidden": False,
        "feedEnabled": False,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": made.key_prefix,
        "label": made.label,
        "labelPlural": made.label_plural,
        "layoutable": made.createable,
        "mergeable": made.mergeable,
        "mruEnabled": made.createable,
        "name": made.name,
        "queryable": True,
        "replicateable": made.has("SystemModstamp"),
        "retrieveable": True,
        "searchable": made.createable,
        "triggerable": made.createable,
        "undeletable": made.deletable,
        "updateable": made.updateable,
        "urls": urls,
    }


def _field(field: Field, *, locked: bool) -> dict[str, Any]:
    """One field with every key that a describe call tells of it."""
    text, number = field.type in TEXT_TYPES, field.type in NUMBER_TYPES
    long_text = field.type == "textarea" and field.length > LONG_TEXT
    usable = field.stored and not long_text
    reference = field.type == "reference"
    return {
        "aggregatable": usable and field.type != "boolean",
        "aiPredictionField": False,
        "autoNumber": field.auto_number,
        "byteLength": field.length if field.type in ("id", "reference") else field.length * _BYTES_A_CHARACTER,
        "calculated": field.calculated,
        "calculatedFormula": None,
        "cascadeDelete": reference and field.on_delete == CASCADE,
        "caseSensitive": field.case_sensitive,
        "compoundFieldName": field.compound,
        "controllerName": None,
        "createable": field.createable and not locked,
        "custom": field.custom,
        "defaultValue": field.default if field.type == "boolean" else None,
        "defaultValueFormula": None,
        "defaultedOnCreate": field.default is not None or not (field.createable or field.nillable),
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": field.precision if field.type == "int" else 0,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": field.external_id,
        "extraTypeInfo": "plaintextarea" if field.type == "textarea" else None,
        "filterable": usable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": usable and field.type not in ("double", "currency", "percent", "datetime"),
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.type == "id" or field.external_id,
        "inlineHelpText": None,
        "label": field.label,
        "length": field.length if text or field.type in ("id", "reference") else 0,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.name_field,
        "namePointing": field.polymorphic,
        "nillable": field.nillable,
        "permissionable": field.nillable and (field.createable or field.updateable),
        "picklistValues": [_value(value, field) for value in field.values],
        "polymorphicForeignKey": field.polymorphic,
        "precision": _precision(field) if number else 0,
        "queryByDistance": False,
        "referenceTargetField": None,
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship_name,
        "relationshipOrder": None,
        "restrictedDelete": reference and field.on_delete == RESTRICT,
        "restrictedPicklist": field.restricted,
        "scale": field.scale,
        "searchPrefilterable": reference,
        "soapType": "xsd:double" if number and field.type != "int" else _SOAP_TYPES.get(field.type, "xsd:string"),
        "sortable": usable,
        "type": field.type,
        "unique": field.unique,
        "updateable": field.updateable and not locked,
        "writeRequiresMasterRead": False,
    }


def _precision(field: Field) -> int:
    return 0 if field.type == "int" else field.precision or _WHOLE_DIGITS


def _value(value: str, field: Field) -> dict[str, Any]:
    default = value == field.default
    return {"active": True, "defaultValue": default, "label": value, "validFor": None, "value": value}


def _child(child: SObject, lookup: Field) -> dict[str, Any]:
    return {
        "cascadeDelete": lookup.on_delete == CASCADE,
        "childSObject": child.name,
        "deprecatedAndHidden": False,
        "field": lookup.name,
        "junctionIdListNames": [],
        "junctionReferenceTo": [],
        "relationshipName": lookup.child_relationship,
        "restrictedDelete": lookup.on_delete == RESTRICT,
    }


def _master_record_type(made: SObject, version: str) -> dict[str, Any]:
    master = "012000000000000AAA"
    layout = f"/services/data/v{version}/sobjects/{made.name}/describe/layouts/{master}"
    return {
        "active": True,
        "available": True,
        "defaultRecordTypeMapping": True,
        "developerName": "Master",
        "master": True,
        "name": "Master",
        "recordTypeId": master,
        "urls": {"layout": layout},
    }
