using Microsoft.AspNetCore.Http.HttpResults;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.Pricing;
using ProdReady.Notifications.Sending;

namespace ProdReady.Notifications.Sms;

/// <summary>Takes the message of a request, or says what it would be: the same for every endpoint that sends one.</summary>
internal sealed class SmsSubmission(SendRoutes routes, SmsAssembly assembly, PriceList prices, MessageIntake intake)
{
    /// <summary>Takes a message.</summary>
    /// <param name="request">The request.</param>
    /// <param name="idempotencyKey">Its idempotency key.</param>
    /// <param name="endpoint">Where it came to: the same content means something else elsewhere.</param>
    /// <param name="templateField">What that endpoint calls the template.</param>
    /// <param name="dryRun">Whether only to say what it would be.</param>
    /// <param name="response">Gets the header of a replayed answer.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<Results<Accepted<Message>, Ok<SmsEstimate>, ProblemHttpResult>> SubmitAsync(
        SmsRequest request,
        CallerKey idempotencyKey,
        string endpoint,
        string templateField,
        bool dryRun,
        HttpResponse response,
        CancellationToken cancellationToken)
    {
        if (!routes.Any && !dryRun)
        {
            return NotConfigured();
        }

        if (!assembly.TryAssemble(request, MessageKind.Transaction, idempotencyKey, endpoint, out var sms, out var errors))
        {
            if (errors.Remove(SmsAssembly.TemplateField, out var problem))
            {
                errors[templateField] = problem;
            }

            return AcceptanceAnswers.Invalid(errors);
        }

        if (dryRun)
        {
            return TypedResults.Ok(SmsEstimate.Of(sms, prices));
        }

        var answer = (await intake.AddAsync(sms.Message, cancellationToken)).Answer(response);
        return answer.Result is Accepted<Message> accepted ? accepted : (ProblemHttpResult)answer.Result;
    }

    /// <summary>503: there is nobody to send by.</summary>
    public static ProblemHttpResult NotConfigured() => TypedResults.Problem(
        title: "SMS is not configured",
        detail: $"The service has nobody to send by. Set {SmsProviders.RequiredSettings}, and start it again.",
        statusCode: StatusCodes.Status503ServiceUnavailable);
}
