/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What a company's signed directory does to people here (SECURITY 4.4): it vouches for keys, says
 * what they are called, takes that back, and says when a person goes on with another key. Whoever
 * calls has verified the signatures. People of the directory are known without having been met; what
 * the directory says of them is told again at each start, so it is not kept here. One thread.
 */
#pragma once

#include "lan-core.h"

G_BEGIN_DECLS

typedef struct {
  LanAccountId account;
  const char *name;    /* display name */
  gboolean is_active;  /* FALSE: suspended, or has left: revoked as long as that lasts */
  LanAccountId before; /* zero, or the key that the same person had before this one */
} LanAttested;

/**
 * The directory says this of @attested->account, now and until it says otherwise. A person who goes
 * on with another key is merged into it, unless the old key was compared in person: then the new one
 * stands behind the bar until a human decides.
 */
void lan_core_attest (LanCore *core, const LanAttested *attested, const LanTime *now);

/** The directory no longer knows @account, or is no longer ours. */
void lan_core_unattest (LanCore *core, const LanAccountId *account, const LanTime *now);

/** TRUE for people of whom the directory says that they are there. */
gboolean lan_core_is_attested (LanCore *core, const LanAccountId *account);

/**
 * Device list and certificates (element-type GBytes) of a known person, come by another way than a
 * channel of theirs. Returns: MISMATCH for unknown people and lists that contradict what is known,
 * AUTH, MALFORMED; certificates that are not good are passed over.
 */
LanStatus lan_core_papers (LanCore *core, const LanAccountId *account, GBytes *list,
                           GPtrArray *certs, const LanTime *now) G_GNUC_WARN_UNUSED_RESULT;

/** The line under somebody's name, which came without a channel. Shown while they are there. */
void lan_core_status_text (LanCore *core, const LanAccountId *account, const char *text,
                           const LanTime *now);

/**
 * A server has a device of @account connected (@here) or no longer does; @state as they set it.
 * Where discovery or a channel says something too, that comes first.
 */
void lan_core_at_server (LanCore *core, const LanAccountId *account, gboolean here,
                         LanPresence state, const LanTime *now);

G_END_DECLS
