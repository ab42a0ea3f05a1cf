"""Campaigns: the utility's mailings of each year, and who received and answered them."""

from datetime import UTC, datetime, timedelta
from random import Random

from sync.simulators.salesforce.generator import words
from sync.simulators.salesforce.generator.model import Contact
from sync.simulators.salesforce.generator.org import AGE, Org, Row
from sync.simulators.salesforce.generator.users import Team


class CampaignWriter:
    """Writes campaigns with their members."""

    def __init__(self, org: Org, team: Team, random: Random) -> None:
        self.org, self.team, self.random = org, team, random

    def fill(
        self, contacts: list[tuple[Contact, bool]], members: int, told: dict[str, list[tuple[Contact, str]]]
    ) -> None:
        """Write every year's campaigns with about so many members in all.

        `contacts` tells of each whether it is a business's. `told` names members by a campaign's kind and their
        status; they are members of the latest one of that kind.
        """
        sendings = list(self._sendings())
        share = members / max(1, len(sendings) * len(contacts)) * 3.2
        latest = {name: moment for name, _, moment, _, _ in sendings if moment <= self.org.now}
        for name, kind, moment, audience, answer in sendings:
            sent = moment <= self.org.now
            receivers: dict[str, tuple[Contact, str]] = {}
            if sent:
                there = [
                    contact
                    for contact, business in contacts
                    if contact.created < moment and (audience == "all" or business == (audience == "business"))
                ]
                for contact in self.random.sample(there, min(len(there), round(len(there) * share))):
                    receivers[contact.id] = (contact, self._status(kind, answer))
            if latest.get(name) == moment:
                receivers.update({contact.id: (contact, status) for contact, status in told.get(name, [])})
            self._campaign(name, kind, moment, list(receivers.values()), sent=sent)

    def _sendings(self) -> list[tuple[str, str, datetime, str, float]]:
        first = (self.org.now - AGE).year + 1
        found = []
        for year in range(first, self.org.now.year + 2):
            for name, kind, (month, day), audience, answer in words.CAMPAIGNS:
                moment = datetime(year, month, day, 14, 30, tzinfo=UTC)
                # Next year's are planned half a year ahead.
                if moment < self.org.now + timedelta(days=183):
                    found.append((name, kind, moment, audience, answer))
        return sorted(found, key=lambda each: each[2])

    def _status(self, kind: str, answer: float) -> str:
        chance = self.random.random()
        if chance < answer:
            return "Responded"
        return "Opened" if kind == "Email" and chance < 0.5 else "Sent"

    def _campaign(
        self, name: str, kind: str, moment: datetime, receivers: list[tuple[Contact, str]], *, sent: bool
    ) -> None:
        org, author = self.org, self.team.marketing.id
        created = min(moment - timedelta(days=30), org.now - timedelta(days=1))
        ended = moment + timedelta(days=30) < org.now
        campaign_id = org.new_id("Campaign")
        org.add(
            "Campaign",
            {
                "Id": campaign_id,
                "Name": f"{name} {moment.year}",
                "Type": kind,
                "Status": "Completed" if ended else "In Progress" if sent else "Planned",
                "StartDate": moment.date(),
                "EndDate": (moment + timedelta(days=30)).date(),
                "BudgetedCost": self.random.randint(4, 60) * 500,
                "NumberSent": len(receivers),
                "IsActive": sent and not ended,
                "OwnerId": author,
                "CreatedDate": created,
                "CreatedById": author,
                "LastModifiedDate": moment if sent else created,
            },
        )
        for contact, status in receivers:
            self._member(campaign_id, contact, status, moment)

    def _member(self, campaign_id: str, contact: Contact, status: str, sent: datetime) -> None:
        answered = status == "Responded"
        changed = (
            sent
            if status == "Sent"
            else self.org.office_hour(self.random, sent, min(self.org.now, sent + timedelta(20)))
        )
        first, last = contact.row.get("FirstName"), contact.row["LastName"]
        row: Row = {
            "Id": self.org.new_id("CampaignMember"),
            "CampaignId": campaign_id,
            "ContactId": contact.id,
            "Status": status,
            "HasResponded": answered,
            "FirstRespondedDate": changed.date() if answered else None,
            "FirstName": first,
            "LastName": last,
            "Name": f"{first} {last}" if first else last,
            "Email": contact.row.get("Email"),
            "Phone": contact.row.get("Phone"),
            "CreatedDate": sent,
            "CreatedById": self.team.marketing.id,
            "LastModifiedDate": changed,
        }
        self.org.add("CampaignMember", row)
