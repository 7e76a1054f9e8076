using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Options;
using ProdReady.Notifications.Messages;
using ProdReady.Notifications.PhoneNumbers;
using ProdReady.Notifications.QuietHours;
using ProdReady.Notifications.Segments;
using ProdReady.Notifications.Sending;
using ProdReady.Notifications.Templates;

namespace ProdReady.Notifications.Sms;

/// <summary>A request's message, how its text is counted, and which locale's it is.</summary>
internal sealed record AssembledSms(NewMessage Message, SegmentCount Segments, string? Locale = null);

/// <summary>Makes messages of requests, or says everything that is wrong with them.</summary>
internal sealed class SmsAssembly(
    TemplateRenderer templates,
    QuietHoursPolicy quietHours,
    MessageCipher cipher,
    CodeContent codes,
    SendRoutes routes,
    IOptions<SendingOptions> options,
    TimeProvider time)
{
    /// <summary>The field of the template, in a message's problems.</summary>
    public const string TemplateField = "template";

    /// <summary>Twilio's limit; it counts UTF-16 code units.</summary>
    private const int LongestBody = 1600;

    private readonly IReadOnlySet<string>? _countries = options.Value.AllowedCountries();

    /// <summary>Makes a message.</summary>
    /// <param name="request">The request.</param>
    /// <param name="defaultKind">What it is for, where neither it nor its template says.</param>
    /// <param name="idempotencyKey">Its idempotency key.</param>
    /// <param name="endpoint">Where it came to.</param>
    /// <param name="sms">The message.</param>
    /// <param name="errors">Else the problems by field.</param>
    public bool TryAssemble(
        SmsRequest request,
        MessageKind defaultKind,
        CallerKey idempotencyKey,
        string endpoint,
        [NotNullWhen(true)] out AssembledSms? sms,
        out Dictionary<string, string[]> errors)
    {
        sms = null;
        errors = [];
        var number = Number(request.To, errors);
        var text = Text(request, errors);
        var kind = Kind(request.Kind, text?.Kind ?? defaultKind, errors);
        var now = time.GetUtcNow();
        var times = SendTimes.Read(request.SendAt, request.Validity, now, errors);
        foreach (var name in request.Unknown?.Keys ?? [])
        {
            errors[name] = ["There is no such field."];
        }

        if (IdempotencyKeys.Problem(idempotencyKey.Key) is { } problem)
        {
            errors[IdempotencyKeys.Header] = [problem];
        }

        if (errors.Count > 0 || number is null)
        {
            return false;
        }

        var zones = QuietHoursPolicy.ZonesOf(number, kind, text?.QuietHours ?? false);
        times = times.NotBefore(quietHours.Next(zones, times.SendAt ?? now), now);
        var segments = text?.Segments ?? SegmentCount.Of(request.Body!);
        var idempotency = IdempotencyKeys.Of(
            idempotencyKey, endpoint, number.E164, request.Body, request.Template, Text(request.Version), Text(request.Data),
            request.Locale, request.Kind, request.SendAt, Text(request.Validity));
        sms = new(
            new()
            {
                Id = Guid.CreateVersion7(now),
                To = number,
                Body = text?.Body ?? request.Body!,
                Kind = kind,
                Segments = segments.Segments,
                Template = text?.Template,
                SendAt = times.SendAt,
                // Nobody asked for it to be over in the night: that time is not counted
                ExpiresAt = times.ExpiresAt(now) ?? quietHours.End(zones, times.SendAt ?? now, options.Value.GiveUpAfter),
                QuietZones = zones,
                Idempotency = kind == MessageKind.Code && idempotency is not null ? codes.Seal(idempotency) : idempotency,
            },
            segments,
            text?.Locale);
        return true;
    }

    private PhoneNumberFacts? Number(string? to, Dictionary<string, string[]> errors)
    {
        if (!Recipients.TryRead(to, out var number, out var reason))
        {
            errors["to"] = [reason];
        }
        else if (_countries?.Contains(number.Country) == false)
        {
            errors["to"] = [$"Messages to {number.Country} are not allowed (Sending:Countries)."];
        }
        else if (routes.Any && routes.FirstSender(number.Country) is null)
        {
            errors["to"] = [$"No sender is configured for {number.Country}."];
        }

        return number;
    }

    /// <summary>The template's text, where there is a template.</summary>
    private RenderedText? Text(SmsRequest request, Dictionary<string, string[]> errors)
    {
        if (request.Template is null)
        {
            if (BodyProblem(request) is { } problem)
            {
                errors["body"] = [problem];
            }

            return null;
        }

        if (request.Body is not null)
        {
            errors["body"] = ["A message has a body or a template, not both."];
        }

        if (!templates.TryRender(request.Template, request.Version, request.Locale, request.Data ?? default, out var text, out var problems))
        {
            foreach (var (field, reasons) in problems)
            {
                errors[field == "type" ? TemplateField : field] = reasons;
            }
        }

        return text;
    }

    private static string? BodyProblem(SmsRequest request) => request switch
    {
        { Data: not null } or { Locale: not null } or { Version: not null } => "The text is missing: data, locale and version go with a template.",
        { Body: null } => "A text or a template is required.",
        _ when string.IsNullOrWhiteSpace(request.Body) => "The text is empty.",
        { Body.Length: > LongestBody } => $"The text has {request.Body.Length} characters; {LongestBody} is the most that fits a message.",
        // Postgres stores none
        _ when request.Body.Contains('\0') => "The text has a NUL character.",
        _ => null,
    };

    private MessageKind Kind(string? asked, MessageKind otherwise, Dictionary<string, string[]> errors)
    {
        var kind = otherwise;
        if (asked is not null && !MessageKinds.TryParse(asked, out kind))
        {
            errors["kind"] = ["The kind must be code, transaction or bulk."];
        }

        if (kind == MessageKind.Code && !cipher.HasKey)
        {
            errors["kind"] = ["The text of a code is stored encrypted, and there is no key for that. Set VERIFICATION_KEYS."];
        }

        return kind;
    }

    private static string? Text(JsonElement? data) =>
        data is { ValueKind: not JsonValueKind.Undefined } value ? CanonicalJson.Of(value) : null;

    private static string? Text(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
