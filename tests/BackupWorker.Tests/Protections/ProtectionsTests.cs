using System.Reflection;
using ProdReady.BackupWorker.Tests.Archives;
using ProdReady.BackupWorker.Tests.Drills;
using ProdReady.BackupWorker.Tests.Faults;
using ProdReady.BackupWorker.Tests.Restoring;
using ProdReady.BackupWorker.Tests.Retention;
using ProdReady.BackupWorker.Tests.Runs;
using ProdReady.BackupWorker.Tests.Storage;

namespace ProdReady.BackupWorker.Tests.Protections;

/// <summary>What others lost their data by, and the tests that it cannot happen here.</summary>
public sealed class ProtectionsTests
{
    public static TheoryData<string, Type, string> Tests { get; } = new()
    {
        { "The age of the last verified backup is measured, per database", typeof(MetricsTests), nameof(MetricsTests.Runs_are_counted_by_outcome_and_the_age_falls_with_a_good_one) },
        { "The age of the last verified backup is measured, per database", typeof(SeveralDatabasesTests), nameof(SeveralDatabasesTests.One_that_fails_does_not_stop_the_others_and_its_age_goes_on_growing) },
        { "The age of the last verified backup is measured, per database", typeof(SeveralDatabasesTests), nameof(SeveralDatabasesTests.A_backup_that_is_found_to_be_corrupt_does_not_count_for_the_age) },
        { "A server newer than the programs is refused before the run", typeof(FailedRunTests), nameof(FailedRunTests.A_program_older_than_the_server_is_refused_before_the_run) },
        { "Nothing is written to its final name, and the manifest is last", typeof(FailingStorageTests), nameof(FailingStorageTests.No_failure_makes_a_bad_backup_visible) },
        { "Nothing is written to its final name, and the manifest is last", typeof(KillTests), nameof(KillTests.Four_kills_leave_no_bad_backup) },
        { "Nothing is written to its final name, and the manifest is last", typeof(DestinationsWriterTests), nameof(DestinationsWriterTests.Without_a_commit_nothing_stays_anywhere) },
        { "Never below N verified backups, and only of the same database", typeof(RetentionTests), nameof(RetentionTests.The_newest_good_backups_of_each_database_stay_however_old_and_foreign_files_too) },
        { "Never below N verified backups, and only of the same database", typeof(RetentionOptionsTests), "" },
        { "Never below N verified backups, and only of the same database", typeof(RetentionProperties), "" },
        { "A backup that shrinks raises an alarm", typeof(ShrinkAlarmTests), nameof(ShrinkAlarmTests.A_backup_that_lost_much_is_kept_and_told) },
        { "The whole archive is decoded after each run", typeof(FailedRunTests), nameof(FailedRunTests.A_dump_that_is_cut_off_without_an_error_is_found_by_decoding_it) },
        { "A restore makes a new database and drops none", typeof(RestoreTests), nameof(RestoreTests.An_existing_database_is_refused_and_untouched) },
        { "A restore makes a new database and drops none", typeof(InterruptedRestoreTests), nameof(InterruptedRestoreTests.A_restore_that_is_told_to_end_drops_its_database) },
        { "A restore makes a new database and drops none", typeof(DrillTests), nameof(DrillTests.Databases_without_the_mark_or_with_another_comment_stay) },
        { "Roles and tablespaces are in the same set", typeof(GlobalsTests), nameof(GlobalsTests.Roles_with_their_passwords_and_memberships_come_back_on_another_server) },
        { "Roles and tablespaces are in the same set", typeof(GlobalsTests), nameof(GlobalsTests.Tablespaces_are_in_it_with_their_owners) },
        { "Roles and tablespaces are in the same set", typeof(FailedRunTests), nameof(FailedRunTests.Roles_that_are_cut_off_without_an_error_are_found_by_their_end) },
        { "One runner, and one failed database stops no other", typeof(OneRunAtATimeTests), nameof(OneRunAtATimeTests.Of_many_requests_at_once_one_runs_and_the_others_learn_its_id) },
        { "One runner, and one failed database stops no other", typeof(OneRunAtATimeTests), nameof(OneRunAtATimeTests.A_run_that_lost_its_lock_makes_no_backup) },
        { "One runner, and one failed database stops no other", typeof(TwoWorkersTests), nameof(TwoWorkersTests.Each_night_makes_one_backup) },
        { "One runner, and one failed database stops no other", typeof(SeveralDatabasesTests), nameof(SeveralDatabasesTests.One_that_fails_does_not_stop_the_others_and_its_age_goes_on_growing) },
        { "One runner, and one failed database stops no other", typeof(SlowDatabaseTests), nameof(SlowDatabaseTests.The_others_have_their_backups_and_old_ones_go) },
        { "A second location, in which nothing partial is visible", typeof(SecondLocationTests), nameof(SecondLocationTests.The_other_one_has_the_backup) },
        { "A second location, in which nothing partial is visible", typeof(InterruptedRestoreTests), nameof(InterruptedRestoreTests.A_corrupt_copy_is_passed_over_for_the_next_destinations) },
        { "A database that cannot be reached is not silence", typeof(UnreachableHomeTests), nameof(UnreachableHomeTests.A_night_without_a_database_is_not_silent) },
        { "A database that cannot be reached is not silence", typeof(FrozenDatabaseTests), nameof(FrozenDatabaseTests.MaxDuration_ends_a_run_of_a_server_that_stands_still) },
        { "No secret is on a command line", typeof(CommandLineTests), nameof(CommandLineTests.No_program_is_given_a_secret_as_an_argument) },
        { "Encryption authenticates, manifests too", typeof(TamperedArchiveTests), "" },
        { "Encryption authenticates, manifests too", typeof(TamperedManifestTests), nameof(TamperedManifestTests.It_is_no_manifest_any_more) },
        { "Encryption authenticates, manifests too", typeof(ManifestSealTests), "" },
    };

    [Theory]
    [MemberData(nameof(Tests))]
    public void Each_protection_has_its_tests(string protection, Type tests, string test)
    {
        var facts = tests.GetMethods(BindingFlags.Public | BindingFlags.Instance)
            .Where(method => (test.Length == 0 || method.Name == test) && method.GetCustomAttributes().Any(attribute => attribute is FactAttribute or TheoryAttribute))
            .ToList();

        Assert.True(facts.Count > 0, $"{protection}: {tests.Name} has no test {test}");
    }
}
