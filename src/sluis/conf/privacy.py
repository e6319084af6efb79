"""Which field of which table can say something about a person. A new field without a place here fails the tests.

personal: names or reaches a person · pseudonym: points at a person through a key · possible: free text or content in
which people may stand, against the rules · none: says nothing about anybody. A dataset is checked for personal data
before it can become public; this table is about Sluis itself.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fields:
    """Names of fields per class, with spaces between."""

    personal: str = ""
    pseudonym: str = ""
    possible: str = ""
    none: str = ""

    def named(self) -> list[str]:
        return f"{self.personal} {self.pseudonym} {self.possible} {self.none}".split()


PRIVACY: dict[str, Fields] = {
    "auth.Permission": Fields(none="id name content_type codename"),
    "auth.Group": Fields(none="id name"),
    "contenttypes.ContentType": Fields(none="id app_label model"),
    "sessions.Session": Fields(pseudonym="session_key session_data", none="expire_date"),
    "foundation.AuditEntry": Fields(
        pseudonym="actor_key", possible="subject_id detail", none="seq at action subject_type previous_hash hash"
    ),
    "foundation.AuditHead": Fields(none="id seq hash"),
    "foundation.Job": Fields(
        pseudonym="args kwargs",
        possible="result failure log",
        none="id task queue priority unique_key state run_after lease_until fence attempts worker progress "
        "progress_text created_at started_at finished_at",
    ),
    "foundation.WorkerBeat": Fields(none="name started_at seen_at"),
    "foundation.PausedWork": Fields(none="task since"),
    "foundation.Measure": Fields(none="name value at"),
    "foundation.OutboxEvent": Fields(possible="data", none="seq id type subject at sent_at"),
    "foundation.Organisation": Fields(possible="email", none="id slug name name_en tooi_uri homepage"),
    "foundation.User": Fields(
        personal="email name password last_login", pseudonym="id actor_key", none="is_active created_at"
    ),
    "foundation.Team": Fields(none="id organisation slug name"),
    "foundation.Membership": Fields(pseudonym="user", none="id organisation team role until_date from_groups"),
    "foundation.Delegation": Fields(
        pseudonym="giver taker", none="id organisation team role from_date until_date created_at ended_at"
    ),
    "foundation.GroupRole": Fields(none="id group organisation team role"),
    "process.Definition": Fields(
        pseudonym="deployed_by", none="sha256 kind key number name name_en source deployed_at"
    ),
    "process.CurrentDefinition": Fields(none="id kind key definition since"),
    "process.Instance": Fields(
        pseudonym="started_by",
        possible="subject title variables engine_state failure",
        none="id definition key organisation team state outcome policies version steps started_at ended_at",
    ),
    "process.Run": Fields(possible="round failure", none="id instance token element handler state created_at ended_at"),
    "process.Wait": Fields(none="id instance token element kind name due_at"),
    "process.Passage": Fields(pseudonym="by_key", possible="evidence", none="id instance element at role"),
    "process.Task": Fields(
        pseudonym="claimed_by completed_by completed_for",
        possible="round answers return_reason",
        none="id instance organisation team token element title title_en role state created_at due_at completed_at "
        "version",
    ),
    "process.Proposal": Fields(
        pseudonym="proposed_by proposed_for decided_by decided_for",
        possible="motivation answer cases",
        none="id instance kind key definition base state proposed_at decided_role decided_at",
    ),
    "process.Enactment": Fields(none="id kind key definition proposal at"),
    "process.FourEyes": Fields(none="id task element"),
    "process.Notice": Fields(pseudonym="user", none="id kind key content at read_at mailed_at"),
    "process.NoticeWish": Fields(pseudonym="user", none="by_mail language"),
    "register.Contact": Fields(possible="name name_en email page phone", none="id organisation version"),
    "register.Dataset": Fields(
        possible="title title_en details",
        none="id organisation team slug openness availability planned_date publication contact version created_at "
        "changed_at",
    ),
    "register.Distribution": Fields(possible="details", none="id dataset kind table_id url_status"),
    "register.DataService": Fields(possible="details", none="id dataset"),
    "register.Vocabulary": Fields(none="name title source licence retrieved refresh_url base"),
    "register.Concept": Fields(none="id vocabulary uri code label label_en broader ends position"),
    "lake.SavedQuery": Fields(
        pseudonym="created_by",
        possible="title description sql",
        none="id organisation shared version created_at changed_at",
    ),
    "release.PublicQuery": Fields(possible="title description sql", none="id organisation_id published_at"),
    "lake.TableVersion": Fields(
        pseudonym="created_by",
        possible="filename report profile source_sha256 data_sha256 rejects_sha256 failure parts change key",
        none="id dataset number mode base source_size options status progress progress_text data_size rows_read "
        "rows_loaded rows_rejected rows_total created_at finished_at expired_at software",
    ),
    "lake.Source": Fields(
        pseudonym="created_by",
        possible="title config state loaded_sha256",
        none="id dataset connector mode key options schedule attempts failures paused next_at created_at changed_at",
    ),
    "lake.SourceDelivery": Fields(possible="body", none="id source run received_at rows size"),
    "lake.SourceKey": Fields(pseudonym="created_by", possible="sha256", none="source created_at"),
    "lake.SourceSecret": Fields(possible="sealed", none="source names changed_at"),
    "lake.SourceRun": Fields(
        possible="sha256 log failure state_before state_after",
        none="id source trigger state attempt created_at started_at finished_at bytes rows table_version",
    ),
    "lake.Transformation": Fields(
        pseudonym="created_by",
        none="id dataset layer start schedule number paused failures next_at created_at changed_at",
    ),
    "lake.TransformationInput": Fields(none="id transformation dataset"),
    "lake.TransformationDefinition": Fields(
        pseudonym="user_id created_by", possible="sql steps tests", none="id transformation number created_at"
    ),
    "lake.TransformationRun": Fields(
        possible="log failure figures source_sha256",
        none="id transformation definition trigger state created_at started_at finished_at inputs rows table_version "
        "lineage",
    ),
    "lake.PseudonymKey": Fields(possible="sealed", none="dataset number changed_at"),
    "lake.ContractVersion": Fields(
        pseudonym="created_by decided_by",
        possible="text sha256",
        none="id dataset number version change status created_at changed_at in_force_at retired_at",
    ),
    "lake.ContractOutcome": Fields(possible="outcomes failure", none="id table_version contract verdict checked_at"),
    "lake.TableDifference": Fields(possible="result file_sha256", none="id old new asked_key file_size created_at"),
    "lake.KeepRule": Fields(none="id organisation dataset last days changed_at"),
    "lake.VersionMeasure": Fields(
        possible="drifts",
        none="table_version dataset number ready_at rows rejected added amount low high empty_share drift",
    ),
    "lake.TableWatch": Fields(
        none="dataset version number rows drift verdict troubles seen_at fresh_until fresh_by fresh_hours "
        "volume_percent drift_limit silent since"
    ),
    "lake.TableAlert": Fields(possible="params", none="id dataset kind number opened_at closed_at"),
    "lake.Upload": Fields(
        pseudonym="owner",
        possible="filename",
        none="id dataset length offset reserved lease_until lease_fence created_at expires_at",
    ),
    "release.Dossier": Fields(
        pseudonym="opened_by",
        possible="dataset_title return_reason failure",
        none="id dataset organisation instance_id dataset_slug stage opened_at changed_at due_date proposal "
        "source_sha256 published_at",
    ),
    "release.Exhibit": Fields(
        pseudonym="actor_key", possible="body sha256", none="id dossier number kind element role at"
    ),
    "release.Preparer": Fields(pseudonym="actor_key", none="id dossier"),
    "release.Decision": Fields(
        pseudonym="decider_key on_behalf_of",
        possible="motivation content",
        none="id dossier dataset outcome role decided_at ground planned_date sha256 audit_seq",
    ),
    "release.Feedback": Fields(
        personal="email",
        pseudonym="answered_by",
        possible="text answer dataset_title",
        none="id number dataset_id dataset_slug organisation at answered_at",
    ),
    "governance.Processing": Fields(
        pseudonym="confirmed_by",
        possible="dataset_title purpose legal_basis data_categories person_categories recipients transfers retention "
        "security dpia reference fed",
        none="id organisation dataset_id dossier_id dataset_slug outcome decided_at contains origin version changed_at "
        "confirmed_at",
    ),
    "release.PublicDataset": Fields(
        possible="title title_en description description_en keywords document",
        none="id dataset_id organisation_id slug uri kind themes organisation organisation_name licence "
        "formats frequency issued_at changed_at spatial_label bbox ground planned_date quality_stars "
        "quality_points release rows columns revision",
    ),
    "release.PublicFeedPart": Fields(possible="turtle json_ld rdf_xml", none="dataset version revision members"),
    "release.PublicContract": Fields(
        possible="text sha256 columns rules outcomes", none="dataset version change in_force_at verdict checked_at"
    ),
    "release.PublicContractVersion": Fields(
        possible="dropped added", none="id dataset contract_id version change in_force_at ended_at"
    ),
    "release.PublicGround": Fields(none="id dataset kind uri"),
    "release.PublicTheme": Fields(none="id dataset kind uri"),
    "release.PublicReleaseRow": Fields(
        possible="reason body", none="id dataset number status outcome published_at sha256 withdrawn_at"
    ),
    "release.PublicFile": Fields(possible="sha256", none="id dataset release format name media_type size"),
    "release.PublicDifference": Fields(
        possible="result old_sha256 new_sha256 file_sha256", none="id dataset_id made_at"
    ),
    "release.PublicTable": Fields(possible="sha256 columns provenance", none="id dataset release rows geometry"),
    "release.ReadingAid": Fields(possible="sha256", none="id table name place size note made_at"),
    "release.ReleaseCopy": Fields(possible="sha256", none="id release format name media_type size made_at"),
    "release.Release": Fields(
        possible="metadata files table columns withdrawal_reason notice",
        none="id dataset number decision outcome sha256 published_at quality status withdrawn_at withdrawal_ground "
        "run_id basis",
    ),
    "requests.DataRequest": Fields(
        personal="name email",
        possible="topic question purpose public_question answer motivation holder",
        none="id number organisation instance_id language received_at extended_at dataset_id dossier_id outcome ground "
        "address answered_at closed_at forgotten_at",
    ),
    "requests.Letter": Fields(possible="text reply", none="id request run_id kind at mailed_at replied_at"),
    "requests.Follower": Fields(personal="email", pseudonym="id", none="dataset_slug language confirmed_at"),
    "requests.Tiding": Fields(pseudonym="follower", none="id kind about tries next_at"),
    "account.EmailAddress": Fields(personal="email", pseudonym="user", none="id verified primary"),
    "socialaccount.SocialAccount": Fields(pseudonym="user uid", none="id provider last_login date_joined extra_data"),
    "socialaccount.SocialApp": Fields(none="id provider provider_id name client_id secret key settings"),
    "socialaccount.SocialToken": Fields(none="id app account token token_secret expires_at"),
    "account.EmailConfirmation": Fields(none="id email_address created sent key"),
}
