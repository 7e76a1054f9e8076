using CsCheck;
using ProdReady.Testing;

namespace ProdReady.Notifications.Tests.Verifications;

/// <summary>Whatever is done in whatever order: never approved after five wrong codes, twice, or late.</summary>
public sealed class CheckModelTests(DataStores stores) : VerificationTest(stores)
{
    private enum Step
    {
        Right,
        Wrong,
        OtherPurpose,
        SixtySeconds,
        FourMinutes,
        Resend,
    }

    private static readonly Gen<Step[]> Steps = Gen.Frequency(
        (5, Gen.Const(Step.Wrong)),
        (2, Gen.Const(Step.Right)),
        (1, Gen.Const(Step.OtherPurpose)),
        (2, Gen.Const(Step.SixtySeconds)),
        (2, Gen.Const(Step.FourMinutes)),
        (2, Gen.Const(Step.Resend))).Array[1, 14];

    [Theory]
    [InlineData("SameCode")]
    [InlineData("NewCode")]
    public async Task Approved_is_only_what_may_be(string policy)
    {
        (string, string?)[] settings =
            [("Verifications:Resend", policy), ("Verifications:PerNumberAndDay", "100"), ("Verifications:Conversion:Minimum", "0")];
        // Two replicas, in turns: what one knows, the other one must, too
        var (app, one) = Start(settings);
        var (_, two) = Start(settings);
        var callers = new[] { one, two };
        var number = 0;

        await Steps.SampleAsync(
            async steps => await RunAsync(app, callers, $"+234803{Interlocked.Increment(ref number) + 1000000}", policy, steps),
            iter: 40,
            threads: 1);
    }

    private async Task RunAsync(NotificationsApp app, HttpClient[] callers, string to, string policy, Step[] steps)
    {
        var id = await BeginAsync(callers[0], to);
        var code = await CodeAsync(app, to);
        var (attempts, approved, age, resendIn) = (0, false, TimeSpan.Zero, TimeSpan.FromSeconds(60));
        var turn = 0;
        foreach (var step in steps)
        {
            var caller = callers[turn++ % callers.Length];
            var isOpen = !approved && attempts < 5 && age < TimeSpan.FromMinutes(10);
            switch (step)
            {
                case Step.SixtySeconds or Step.FourMinutes:
                    var passed = TimeSpan.FromMinutes(step == Step.SixtySeconds ? 1 : 4);
                    Time.Advance(passed);
                    (age, resendIn) = (age + passed, resendIn - passed);
                    break;
                case Step.Resend:
                    using (var answer = await caller.PostAsync(new Uri($"{Root}/{id}/resend", UriKind.Relative), null, Cancellation))
                    {
                        Assert.Equal(isOpen && resendIn <= TimeSpan.Zero, answer.IsSuccessStatusCode);
                        if (answer.IsSuccessStatusCode)
                        {
                            resendIn = TimeSpan.FromSeconds(60);
                            age = policy == "NewCode" ? TimeSpan.Zero : age;
                            code = await CodeAsync(app, to);
                        }
                    }

                    break;
                default:
                    var isRight = step == Step.Right;
                    var expected = (approved, isOpen, isRight) switch
                    {
                        (true, _, _) => "used",
                        (_, true, true) => "approved",
                        (_, true, false) => "wrong",
                        _ => age >= TimeSpan.FromMinutes(10) ? "expired" : "locked",
                    };
                    var (result, _) = await CheckAsync(
                        caller, id, step == Step.Wrong ? Wrong(code) : code, step == Step.OtherPurpose ? "transfer" : null);
                    Assert.Equal(expected, result);
                    attempts += isOpen ? 1 : 0;
                    approved |= result == "approved";
                    break;
            }
        }
    }
}
