using ProdReady.BackupWorker.Dumping;
using ProdReady.BackupWorker.Restoring;

namespace ProdReady.BackupWorker.Tests.Restoring;

public sealed class ConstraintComparisonTests
{
    [Fact]
    public void The_same_constraints_do_not_differ()
    {
        Assert.Null(ConstraintComparison.Difference(Content(0), Content(0)));
        Assert.Null(ConstraintComparison.Difference(Content(3, "public.t.c"), Content(3, "public.t.c")));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Another_number_of_them_is_told(long restored) => Assert.Equal(
        $"{restored} constraints were restored of 3.", ConstraintComparison.Difference(Content(3), Content(restored)));

    [Fact]
    public void Those_that_were_valid_and_are_not_are_named() => Assert.Equal(
        "Constraints are not valid that were: public.t.b, public.t.c.",
        ConstraintComparison.Difference(Content(3, "public.t.a"), Content(3, "public.t.a", "public.t.b", "public.t.c")));

    /// <summary>A restore checks every row, so that more may hold than was known.</summary>
    [Fact]
    public void One_that_is_valid_now_is_no_difference() =>
        Assert.Null(ConstraintComparison.Difference(Content(3, "public.t.a"), Content(3)));

    private static DatabaseContent Content(long constraints, params string[] notValid) => new([], 0, constraints, notValid);
}
