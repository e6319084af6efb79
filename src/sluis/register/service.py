"""The door of the register; other rooms import only this module and `types`.

    create(*, by, organisation_id, title, slug="", **fields) -> DatasetRecord
    change(*, by, dataset_id, changes, expected_version) -> DatasetRecord
    get(*, by, dataset_id=None, slug=None) -> DatasetRecord
    visible_to(*, by, text="", organisation_id=None, openness=None, availability=None, publication=None,
               page=1, size=50) -> DatasetPage
    snapshot(dataset_id) -> dict[str, Any]                     JSON-able; what a decision hashes (kernel.digest)
    mark_publication(*, by, dataset_id, publication, openness=None, openness_ground=None, availability=None,
                     planned_date=UNCHANGED) -> DatasetRecord     only the release room calls it
    add_distribution(*, by, dataset_id, kind, expected_version=None, **fields) -> DatasetRecord (the last one is new)
    change_distribution(*, by, dataset_id, distribution_id, changes, expected_version) -> DatasetRecord
    remove_distribution(*, by, dataset_id, distribution_id, expected_version) -> DatasetRecord
    add_service / change_service / remove_service            the same, with service_id
    document_columns(*, by, dataset_id, columns, expected_version=None) -> DatasetRecord
    add_contact(*, by, organisation_id, name, **fields) -> ContactRecord
    change_contact(*, by, contact_id, changes, expected_version) -> ContactRecord
    contacts(*, by, organisation_id) -> tuple[ContactRecord, ...]
    gaps(record) -> list[Gap]                                  what is missing, in plain Dutch
    predict_quality(record) -> QualityPrediction               the EU method, 0..405, and stars
    concepts(vocabulary, *, include_ended=False) -> tuple[ConceptRecord, ...]
    vocabularies() -> tuple[VocabularyRecord, ...]
    label(uri, language="nl") -> str
    refresh_vocabularies(*, by, names=None) -> list[VocabularyDifference]
    DATASET_FIELDS, DISTRIBUTION_FIELDS, SERVICE_FIELDS, CONTACT_FIELDS   Field(name, kind, label, help, vocabulary)

Pure, without a database: `sluis.register.dcat` (graph, serialise, schema_org) and `sluis.register.shapes` (validate).
"""
