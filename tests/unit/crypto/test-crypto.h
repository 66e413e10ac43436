/* SPDX-License-Identifier: MIT */
/* Copyright (c) 2026 The Lanyard developers */
/*
 * What the parts of this module's test program share: each adds its tests, and a few pairs of
 * ready keys.
 */
#pragma once

#include "lan-identity.h"

void add_backup_tests (void);
void add_bulk_record_tests (void);
void add_bundle_tests (void);
void add_noise_tests (void);
void add_lane_tests (void);
void add_lane_hostile_tests (void);
void add_slim_lane_tests (void);
void add_secret_slab_tests (void);
void add_datagram_tests (void);
void add_tree_hash_tests (void);
void add_tree_leaves_tests (void);
void add_safety_tests (void);
void add_identity_tests (void);
void add_key_store_tests (void);
void add_signal_seal_tests (void);
void add_organisation_tests (void);
void add_merkle_tests (void);
void add_envelope_tests (void);
void add_invite_tests (void);
void add_link_code_tests (void);
void add_group_key_tests (void);

typedef struct {
  LanSeededRandom random;
  LanAccountKeys *account;
  LanDeviceKeys *device;
} TestPerson;

void test_person_init (TestPerson *p, guint64 seed);
void test_person_clear (TestPerson *p);
