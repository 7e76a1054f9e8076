using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.Notifications.Messages;

namespace ProdReady.Notifications.Tests.Messages;

public sealed class AcceptanceAnswersTests
{
    private static readonly Message Known = new(
        Guid.Parse("0191f2d4-7c1e-7b3c-9c53-0242ac120002"), "+2348031234567", MessageKind.Transaction, MessageStatus.Accepted, default, default)
    {
        Country = "NG",
        Segments = 1,
    };

    [Theory]
    [InlineData(nameof(Acceptance.Accepted), "")]
    [InlineData(nameof(Acceptance.Replayed), "true")]
    public void A_message_is_202_and_where_it_is(string acceptance, string replayed)
    {
        var context = new DefaultHttpContext();
        var answer = new AcceptedMessage(Enum.Parse<Acceptance>(acceptance), Known).Answer(context.Response);
        var accepted = Assert.IsType<Accepted<Message>>(answer.Result);
        Assert.Equal("/notifications/messages/0191f2d4-7c1e-7b3c-9c53-0242ac120002", accepted.Location);
        Assert.Same(Known, accepted.Value);
        Assert.Equal(replayed, context.Response.Headers[AcceptanceAnswers.ReplayedHeader].ToString());
    }

    [Fact]
    public void A_key_with_other_content_is_409_and_names_the_message() => AssertProblem(
        new(Acceptance.Conflict, Known),
        409,
        "This Idempotency-Key was sent with other content before, as message 0191f2d4-7c1e-7b3c-9c53-0242ac120002. Use a new key for a new message.");

    [Theory]
    [InlineData("stop", "The recipient has opted out of messages from this sender. START, sent from the phone, lifts that.")]
    [InlineData("provider", "The recipient has opted out of messages from this sender. START, sent from the phone, lifts that.")]
    [InlineData("court order", "An operator has suppressed the number (court order). DELETE /notifications/suppressions lifts that.")]
    public void A_suppressed_number_is_409(string reason, string detail) => AssertProblem(new(Acceptance.Suppressed, null, reason), 409, detail);

    [Fact]
    public void A_refused_number_is_422_by_its_field()
    {
        var problem = AssertProblem(new(Acceptance.NumberRefused, null, "It is a landline."), 422, "See errors for each field.");
        var errors = Assert.IsType<HttpValidationProblemDetails>(problem.ProblemDetails).Errors;
        Assert.Equal(["It is a landline."], errors["to"]);
    }

    private static ProblemHttpResult AssertProblem(AcceptedMessage accepted, int status, string detail)
    {
        var problem = Assert.IsType<ProblemHttpResult>(accepted.Answer(new DefaultHttpContext().Response).Result);
        Assert.Equal((status, detail), (problem.StatusCode, problem.ProblemDetails.Detail));
        return problem;
    }
}
