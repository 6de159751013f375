"""Every page of the school opens for who may, with each cast member."""
import pytest
from datetime import date
from django.urls import reverse
from schools import services

@pytest.mark.parametrize("lang", ["en","zh-hans"])
def test_smoke(client, school, school_class, student, school_admin, homeroom_teacher, lang):
    school_admin.language = lang; school_admin.save()
    year = school_class.year
    services.add_term(year=year, number=1, starts_on=date(2026,9,1), ends_on=date(2027,1,20), by=school_admin)
    services.add_days(school=school, on=date(2026,10,1), until=date(2026,10,7), kind="holiday", name="国庆", by=school_admin)
    services.add_days(school=school, on=date(2026,10,10), until=None, kind="make_up", name="", by=school_admin)
    client.force_login(school_admin)
    s=[school.public_id]
    for url in [reverse("accounts:me"), reverse("schools:overview"), reverse("schools:detail",args=s), reverse("schools:calendar",args=s), reverse("schools:school_members",args=s), reverse("schools:invite",args=s), reverse("schools:role_grant",args=s), reverse("schools:class_new",args=s), reverse("schools:year_new",args=s), reverse("schools:year_edit",args=[*s, year.starts_on]), reverse("schools:term_edit",args=[*s, year.starts_on,1]), reverse("schools:term_new",args=[*s, year.starts_on]), reverse("schools:day_new",args=s),reverse("schools:day_edit",args=[*s, date(2026,10,1)])]:
        r = client.get(url, follow=True)
        assert r.status_code == 200, url
        __import__("pathlib").Path("/tmp/kl/places_html/%s-%s.html" % (lang, url.strip("/").replace("/","_")[-40:])).write_text(r.content.decode())
    r = client.post(reverse("schools:invite", args=s), {"name":"Li","role":"counsellor"})
    link = r.context["issued"].link
    client.logout()
    path = link.split("8000",1)[1]
    r = client.get(path, follow=True); assert r.status_code==200
    r = client.post("/school/join/", {"username":"li.na","password":"three calm herons","repeat":"three calm herons"})
    assert r.status_code == 302, r.content.decode()
    assert client.get(path,follow=True).status_code == 410
