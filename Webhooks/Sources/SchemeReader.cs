using ProdReady.Webhooks.Verification;

namespace ProdReady.Webhooks.Sources;

/// <summary>Makes a scheme of its settings, or says all that is wrong with them.</summary>
internal sealed class SchemeReader(SchemeOptions options)
{
    private readonly List<(string Key, string Problem)> _failures = [];

    /// <summary>What is wrong, by the setting's name.</summary>
    public IReadOnlyList<(string Key, string Problem)> Failures => _failures;

    /// <returns>The scheme; what has failed is left out of it.</returns>
    public SignatureScheme Read()
    {
        var scheme = new SignatureScheme
        {
            Signature = Place(nameof(options.Signature), options.Signature) ?? FieldReference.OfHeader("none"),
            Layout = options.Layout,
            Prefix = options.Prefix ?? "",
            Separator = options.Separator is [var separator] ? separator : ',',
            Encoding = options.Encoding,
            Keys = [new KeyForm(options.Algorithm, options.SecretEncoding, options.SecretPrefix ?? "", options.SignatureKey)],
            Content = Content(),
            Timestamp = options.Timestamp is null ? null : Place(nameof(options.Timestamp), options.Timestamp),
            TimestampKey = options.TimestampKey,
            TimestampUnit = options.TimestampUnit,
            Id = Field(nameof(options.Id), options.Id),
            Type = Field(nameof(options.Type), options.Type),
            Account = Field(nameof(options.Account), options.Account),
            LiveMode = Field(nameof(options.LiveMode), options.LiveMode),
            RetrySpan = options.RetrySpan,
            Deadline = options.Deadline,
        };
        Check(scheme);
        return scheme;
    }

    private void Check(SignatureScheme scheme)
    {
        var isList = options.Layout is not SignatureLayout.Plain;
        FailIf(isList && string.IsNullOrEmpty(options.SignatureKey), nameof(options.SignatureKey),
            "is missing, while Layout is a list: it is the signatures' name there. Example: v1");
        FailIf(!isList && options.SignatureKey is not null, nameof(options.SignatureKey),
            "is set, while Layout is no list. Example: Layout KeyValueList");
        FailIf(options.TimestampKey is not null && options.Layout is not SignatureLayout.KeyValueList, nameof(options.TimestampKey),
            "is set, while Layout is not KeyValueList. Example: Timestamp header:X-Timestamp instead");
        FailIf(options is { TimestampKey: not null, Timestamp: not null }, nameof(options.TimestampKey),
            "is set beside Timestamp, and only one of them can be the time. Example: t");
        FailIf(options.Separator is not ("," or ";"), nameof(options.Separator), "is neither a comma nor a semicolon. Example: ,");
        FailIf(options.Encoding is TextEncoding.Utf8 && !scheme.IsToken, nameof(options.Encoding),
            "is Utf8, which no signature is written in. Example: Hex");
        FailIf(scheme.Content.HasTimestamp && !scheme.SignsTime, nameof(options.Content),
            "holds {timestamp}, but neither Timestamp nor TimestampKey says where it is. Example: Timestamp header:X-Timestamp");
        FailIf(scheme.SignsTime && !IsTimeSigned(scheme), nameof(options.Content),
            "leaves the timestamp out, so that anyone could choose it. Example: {timestamp}.{body}");
        FailIf(scheme.Content.HasId && scheme.Id.Ways is not [[{ Form: null }]], nameof(options.Id),
            "must be one header or JSON pointer, as Content holds {id}. Example: header:webhook-id");
        FailIf(options.RetrySpan < TimeSpan.FromMinutes(1) || options.RetrySpan > TimeSpan.FromDays(30), nameof(options.RetrySpan),
            $"is {options.RetrySpan:c}, outside 00:01:00 to 30.00:00:00. Example: 3.00:00:00");
        FailIf(options.Deadline < TimeSpan.FromSeconds(1) || options.Deadline > TimeSpan.FromMinutes(1), nameof(options.Deadline),
            $"is {options.Deadline:c}, outside 00:00:01 to 00:01:00. Example: 00:00:05");
    }

    private static bool IsTimeSigned(SignatureScheme scheme) =>
        !scheme.IsToken && (scheme.Content.HasTimestamp || (scheme.Timestamp?.Pointer is not null && scheme.Content.HasBody));

    private ContentTemplate Content()
    {
        if (ContentTemplate.TryParse(options.Content, out var template))
        {
            return template;
        }

        FailIf(true, nameof(options.Content),
            $"is '{options.Content}', which is no text with {{id}}, {{timestamp}}, {{url}} or {{body}} in it, each once at most. "
            + "Example: {timestamp}.{body}");
        return ContentTemplate.Body;
    }

    private FieldReference? Place(string key, string? text)
    {
        if (text is not null && FieldReference.TryParse(text, out var place) && place.Form is null)
        {
            return place;
        }

        FailIf(true, key, string.IsNullOrEmpty(text)
            ? "is missing. Example: header:X-Signature"
            : $"is '{text}', which is neither a header nor a JSON pointer. Example: header:X-{key}");
        return null;
    }

    private EventField Field(string key, string? text)
    {
        if (text is null)
        {
            return EventField.None;
        }

        FailIf(!EventField.TryParse(text, out var field), key,
            $"is '{text}', which names no places of a request. Examples: /id, header:X-Event-Id, /event /data/id");
        return field ?? EventField.None;
    }

    private void FailIf(bool failed, string key, string problem)
    {
        if (failed)
        {
            _failures.Add((key, problem));
        }
    }
}
