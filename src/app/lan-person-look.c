/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
#include "lan-person-look.h"

#include "lan-format.h"

#include <glib/gi18n.h>

gboolean
lan_person_look_is_new (LanPerson *person)
{
  return !lan_person_get_accepted (person) &&
         lan_person_get_trust (person) == LAN_PERSON_TRUST_CLAIMED;
}

const char *
lan_person_look_list_icon (LanPerson *person)
{
  switch (lan_person_get_trust (person)) {
  case LAN_PERSON_TRUST_ATTESTED:
    return "lanyard-badge-symbolic";
  case LAN_PERSON_TRUST_VERIFIED:
    return "lanyard-verified-symbolic";
  case LAN_PERSON_TRUST_CHANGED:
  case LAN_PERSON_TRUST_REVOKED:
    return "lanyard-alert-symbolic";
  case LAN_PERSON_TRUST_CLAIMED:
  case LAN_PERSON_TRUST_TOFU:
  default:
    return NULL;
  }
}

const char *
lan_person_look_trust_icon (LanPerson *person)
{
  const char *icon = lan_person_look_list_icon (person);

  if (icon != NULL)
    return icon;
  return lan_person_get_trust (person) == LAN_PERSON_TRUST_TOFU ? "lanyard-known-symbolic"
                                                                : "lanyard-new-symbolic";
}

const char *
lan_person_look_trust_style (LanPerson *person)
{
  switch (lan_person_get_trust (person)) {
  case LAN_PERSON_TRUST_ATTESTED:
  case LAN_PERSON_TRUST_VERIFIED:
    return "accfg";
  case LAN_PERSON_TRUST_CHANGED:
  case LAN_PERSON_TRUST_REVOKED:
    return "errfg";
  case LAN_PERSON_TRUST_CLAIMED:
  case LAN_PERSON_TRUST_TOFU:
  default:
    return "dim";
  }
}

const char *
lan_person_look_trust_title (LanPerson *person)
{
  switch (lan_person_get_trust (person)) {
  case LAN_PERSON_TRUST_TOFU:
    return _ ("Known, not compared");
  case LAN_PERSON_TRUST_ATTESTED:
    return _ ("In the company directory");
  case LAN_PERSON_TRUST_VERIFIED:
    return _ ("Verified by you");
  case LAN_PERSON_TRUST_CHANGED:
    return _ ("Not the key you knew");
  case LAN_PERSON_TRUST_REVOKED:
    if (g_str_equal (lan_person_get_standing (person), "suspended"))
      return _ ("Suspended");
    if (g_str_equal (lan_person_get_standing (person), "left"))
      return _ ("Left the company");
    return _ ("Key withdrawn");
  case LAN_PERSON_TRUST_CLAIMED:
  default:
    return _ ("New here");
  }
}

char *
lan_person_look_trust_text (LanPerson *person)
{
  const char *name = lan_person_get_name (person);

  switch (lan_person_get_trust (person)) {
  case LAN_PERSON_TRUST_TOFU:
    return g_strdup_printf (_ ("You have always talked to the same key under the name %s. To be "
                               "sure that nobody sits in between, compare the words once."),
                            name);
  case LAN_PERSON_TRUST_ATTESTED:
    return g_strdup_printf (_ ("Your company vouches for %s. You have not compared the words "
                               "yourselves yet."),
                            name);
  case LAN_PERSON_TRUST_VERIFIED:
    return g_strdup_printf (_ ("You compared the words with %s. Nobody else can read or write "
                               "here."),
                            name);
  case LAN_PERSON_TRUST_CHANGED:
    return g_strdup_printf (_ ("Somebody uses the name %s with another key than the one you knew. "
                               "It may be a new computer, or somebody else. Ask %s by telephone or "
                               "in person, and compare the words."),
                            name, name);
  case LAN_PERSON_TRUST_REVOKED:
    if (g_str_equal (lan_person_get_standing (person), "suspended"))
      return g_strdup_printf (_ ("Your company has suspended %s. Nothing reaches them until it "
                                 "lets them back in; what was said stays here."),
                              name);
    if (g_str_equal (lan_person_get_standing (person), "left"))
      return g_strdup_printf (_ ("%s has left your company. What was said stays here."), name);
    return g_strdup_printf (_ ("%s or the company withdrew this key. Do not trust what comes "
                               "under it."),
                            name);
  case LAN_PERSON_TRUST_CLAIMED:
  default:
    return g_strdup_printf (_ ("Somebody who goes by the name %s. Anybody can choose any name: "
                               "compare the words before you say anything secret."),
                            name);
  }
}

static gboolean
is_relayed (LanPerson *person)
{
  return g_strcmp0 (lan_person_get_path (person), "relayed") == 0;
}

const char *
lan_person_look_reach_icon (LanPerson *person)
{
  if (!lan_person_get_online (person))
    return "lanyard-later-symbolic";
  return is_relayed (person) ? "lanyard-relay-symbolic" : "lanyard-direct-symbolic";
}

const char *
lan_person_look_reach_style (LanPerson *person)
{
  if (!lan_person_get_online (person))
    return "dim";
  return is_relayed (person) ? "warnfg" : "okfg";
}

char *
lan_person_look_reach (LanPerson *person)
{
  g_autofree char *rtt = lan_format_round_trip (lan_person_get_rtt_us (person));
  const char *way;

  if (!lan_person_get_online (person))
    return g_strdup (lan_person_get_mailbox (person) ? _ ("Offline, will be left at the server")
                                                     : _ ("Offline, will be delivered later"));
  if (*lan_person_get_path (person) == '\0')
    return g_strdup (lan_person_get_level (person) > 0 ? _ ("Online") : _ ("On this network"));
  way = is_relayed (person) ? _ ("Relayed") : _ ("Direct");
  /* Translators: how a person is reached and how long a round trip takes */
  return *rtt != '\0' ? g_strdup_printf (_ ("%s, %s"), way, rtt) : g_strdup (way);
}

const char *
lan_person_look_reach_title (LanPerson *person)
{
  if (!lan_person_get_online (person))
    return _ ("Not reachable");
  if (*lan_person_get_path (person) == '\0')
    return lan_person_get_level (person) > 0 ? _ ("Online") : _ ("On this network");
  return is_relayed (person) ? _ ("Relayed") : _ ("Direct");
}

char *
lan_person_look_reach_text (LanPerson *person)
{
  const char *name = lan_person_get_name (person);

  if (!lan_person_get_online (person) && lan_person_get_mailbox (person))
    return g_strdup_printf (
        _ ("%s is away. What you write is left at the company's server, sealed, "
           "and collected when %s is back, even if you are gone by then."),
        name, name);
  if (!lan_person_get_online (person))
    return g_strdup_printf (_ ("%s is not on the network. What you write waits on this computer "
                               "and goes out when both of you are here."),
                            name);
  if (*lan_person_get_path (person) == '\0')
    return g_strdup_printf (_ ("%s can be reached. The connection opens with the first message."),
                            name);
  if (is_relayed (person))
    return g_strdup (_ ("No direct way was found. Messages stay sealed; large files are slower."));
  return g_strdup (_ ("Your two computers talk to each other without anything in between. "
                      "Everything is encrypted end to end."));
}

const char *
lan_person_look_dot (LanPerson *person)
{
  if (!lan_person_get_online (person))
    return "off";
  switch (lan_person_get_presence (person)) {
  case LAN_PERSON_PRESENCE_AWAY:
    return "away";
  case LAN_PERSON_PRESENCE_BUSY:
    return "busy";
  case LAN_PERSON_PRESENCE_OFFLINE:
  case LAN_PERSON_PRESENCE_AVAILABLE:
  default:
    return "on";
  }
}

const char *
lan_person_look_presence (LanPersonPresence presence)
{
  switch (presence) {
  case LAN_PERSON_PRESENCE_AVAILABLE:
    return _ ("Available");
  case LAN_PERSON_PRESENCE_AWAY:
    return _ ("Away");
  case LAN_PERSON_PRESENCE_BUSY:
    return _ ("Busy");
  case LAN_PERSON_PRESENCE_OFFLINE:
  default:
    return _ ("Offline");
  }
}

char *
lan_person_look_department (LanPerson *person)
{
  g_auto (GStrv) parts = g_strsplit (lan_person_get_department (person), "/", -1);

  return g_strjoinv (" › ", parts);
}

char *
lan_person_look_post (LanPerson *person)
{
  g_autofree char *department = lan_person_look_department (person);
  const char *title = lan_person_get_title (person);

  if (*title == '\0' || *department == '\0')
    return g_strconcat (title, department, NULL);
  return g_strdup_printf ("%s · %s", title, department);
}

char *
lan_person_look_line (LanPerson *person)
{
  const char *status = lan_person_get_status_text (person);

  if (lan_person_get_blocked (person))
    return g_strdup (_ ("Blocked"));
  if (lan_person_look_is_new (person))
    return g_strdup (_ ("New here: check who this is"));
  if (*status != '\0')
    return g_strdup (status);
  if (*lan_person_get_title (person) != '\0')
    return g_strdup (lan_person_get_title (person));
  if (!lan_person_get_online (person))
    return g_strdup (_ ("Offline"));
  if (*lan_person_get_path (person) != '\0')
    return lan_person_look_reach (person);
  return g_strdup (lan_person_look_presence (lan_person_get_presence (person)));
}

void
lan_person_look_set_style (GtkWidget *widget, const char *style)
{
  static const char *const all[] = { "okfg", "warnfg", "errfg", "accfg", "dim" };
  GtkStyleContext *context = gtk_widget_get_style_context (widget);

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    gtk_style_context_remove_class (context, all[i]);
  gtk_style_context_add_class (context, style);
}
