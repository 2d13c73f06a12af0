using System.Globalization;
using System.Management.Automation;
using ApiTokens.Audit;
using ApiTokens.Journal;
using ApiTokens.PowerShell.Binding;

namespace ApiTokens.PowerShell.Display;

/// <summary>
/// Formats values for the views of ApiTokens.Format.ps1xml.
/// </summary>
public static partial class TokenDisplay
{
    private static readonly TimeSpan WarningPeriod = TimeSpan.FromDays(7);

    /// <summary>Formats a text from a service in one line, and makes control characters and hidden characters visible.</summary>
    /// <param name="instance">The object.</param>
    /// <param name="property">The property.</param>
    /// <returns>The line.</returns>
    public static string ShowText(PSObject instance, string property) => ForeignText.InView(Text(instance, property));

    /// <summary>Formats the secret of an issued token: the text with -AsPlainText, otherwise the name of its type.</summary>
    /// <param name="instance">The token.</param>
    /// <returns>The secret, which is not masked because the user asked for it. A text that cannot be one is treated as any text.</returns>
    public static string ShowSecret(PSObject instance)
    {
        string secret = Text(instance, nameof(PlainTextToken.Secret));
        return secret.All(c => c is > ' ' and < '\x7f') ? secret : ForeignText.InView(secret);
    }

    /// <summary>Formats the type of the secret of an issued token for a table.</summary>
    /// <param name="instance">The token.</param>
    /// <returns>The name of the type.</returns>
    public static string ShowSecretType(PSObject instance) =>
        instance.Properties[nameof(PlainTextToken.Secret)]?.Value is { } secret
            ? PSObject.AsPSObject(secret).BaseObject.GetType().Name
            : string.Empty;

    /// <summary>Formats the connection of an object for the head of a group: its name, service and account.</summary>
    /// <param name="instance">The token, user or permission.</param>
    /// <returns>For example <c>devo (Devo example-domain)</c>.</returns>
    public static string ShowConnection(PSObject instance)
    {
        string name = ShowText(instance, nameof(ApiToken.Connection));
        string[] details = [.. new[] { nameof(ApiToken.Service), nameof(ApiToken.Account) }
            .Select(property => ShowText(instance, property)).Where(text => text.Length > 0)];
        return details.Length == 0 ? name : $"{name} ({string.Join(" ", details)})";
    }

    /// <summary>Formats the expiry relative to now: red if the token has expired, yellow if it expires within seven days.</summary>
    /// <param name="instance">The token.</param>
    /// <param name="engine">The engine of the session.</param>
    /// <returns>For example <c>in 5 d</c>, <c>3 h ago</c>, <c>never</c>.</returns>
    public static string ShowExpiry(PSObject instance, EngineIntrinsics engine)
    {
        if (!new TokenReader(instance).TryReadTime(nameof(ApiToken.ExpiresAt), out DateTimeOffset? expiry))
        {
            return ForeignText.InView(Text(instance, nameof(ApiToken.ExpiresAt)));
        }

        TimeSpan? remaining = expiry - Clock.UtcNow;
        string text = RelativeTime.Format(remaining);
        return remaining switch
        {
            _ when Text(instance, nameof(ApiToken.Status)) is nameof(TokenStatus.Revoked) => text,
            { } time when time <= TimeSpan.Zero => Colour(engine, "Red", text),
            { } time when time <= WarningPeriod => Colour(engine, "Yellow", text),
            _ => text,
        };
    }

    /// <summary>Formats the permissions of a token in one line.</summary>
    /// <param name="instance">The token.</param>
    /// <returns>The line.</returns>
    public static string ShowPermissions(PSObject instance) => ForeignText.InView(new TokenReader(instance).Permissions);

    /// <summary>Formats a time in local time and relative to now.</summary>
    /// <param name="instance">The object.</param>
    /// <param name="property">The property.</param>
    /// <param name="none">The text for a missing value.</param>
    /// <returns>For example <c>2026-12-31 01:00:00 +01:00 (in 39 d)</c>.</returns>
    public static string ShowTime(PSObject instance, string property, string none)
    {
        if (!new TokenReader(instance).TryReadTime(property, out DateTimeOffset? time))
        {
            return ForeignText.InView(Text(instance, property));
        }

        return time is { } value
            ? value.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture)
                + $" ({RelativeTime.Format(value - Clock.UtcNow)})"
            : none;
    }

    /// <summary>Formats a time in local time, in 19 characters.</summary>
    /// <param name="instance">The object.</param>
    /// <param name="property">The property.</param>
    /// <returns>For example <c>2026-12-31 01:00:00</c>.</returns>
    public static string ShowShortTime(PSObject instance, string property) =>
        new TokenReader(instance).TryReadTime(property, out DateTimeOffset? time)
            ? time?.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture) ?? string.Empty
            : ForeignText.InView(Text(instance, property));

    /// <summary>Formats an outcome: red for failed operations, yellow for unknown outcomes.</summary>
    /// <param name="instance">The record of a journal.</param>
    /// <param name="engine">The engine of the session.</param>
    /// <returns>The outcome.</returns>
    public static string ShowOutcome(PSObject instance, EngineIntrinsics engine) => Text(instance, nameof(JournalRecord.Outcome)) switch
    {
        nameof(OperationOutcome.Failed) => Colour(engine, "Red", nameof(OperationOutcome.Failed)),
        nameof(OperationOutcome.Unknown) => Colour(engine, "Yellow", nameof(OperationOutcome.Unknown)),
        var other => ForeignText.InView(other),
    };

    /// <summary>Formats a severity: red for errors, yellow for warnings, "Waived" for a finding that the policy waives.</summary>
    /// <param name="instance">The finding.</param>
    /// <param name="engine">The engine of the session.</param>
    /// <returns>The severity.</returns>
    public static string ShowSeverity(PSObject instance, EngineIntrinsics engine) => Text(instance, nameof(TokenFinding.Severity)) switch
    {
        _ when Text(instance, nameof(TokenFinding.WaivedBy)).Length > 0 => "Waived",
        nameof(FindingSeverity.Error) => Colour(engine, "Red", nameof(FindingSeverity.Error)),
        nameof(FindingSeverity.Warning) => Colour(engine, "Yellow", nameof(FindingSeverity.Warning)),
        var other => ForeignText.InView(other),
    };

    // Windows PowerShell has no $PSStyle. PowerShell itself removes colors if NO_COLOR or $PSStyle.OutputRendering is set accordingly.
    private static string Colour(EngineIntrinsics engine, string colour, string text) =>
        engine.SessionState.PSVariable.GetValue("PSStyle") is { } style
        && PSObject.AsPSObject(style).Properties["Foreground"]?.Value is { } foreground
        && PSObject.AsPSObject(foreground).Properties[colour]?.Value is string start
            ? $"{start}{text}\u001B[0m"
            : text;

    private static string Text(PSObject instance, string property) => new TokenReader(instance).Text(property) ?? string.Empty;
}
