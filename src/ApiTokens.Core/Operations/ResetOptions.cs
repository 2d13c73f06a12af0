using System.Security;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// The options of a reset. By default, the secret is replaced in place if the service supports it; otherwise a new token is issued
/// and the old token is removed.
/// </summary>
public sealed record ResetOptions
{
    /// <summary>The expiry of the new token; the service's default keeps the lifetime.</summary>
    public TokenExpiry Expiry { get; init; } = TokenExpiry.ServiceDefault;

    /// <summary>Replaces the secret in place. The old secret stops working before the new one is delivered.</summary>
    public bool InPlace { get; init; }

    /// <summary>
    /// Issues a new token even if the service can replace the secret in place, so that the old secret still works if the delivery fails.
    /// </summary>
    public bool WithSuccessor { get; init; }

    /// <summary>The action on the old token.</summary>
    public OldTokenAction Predecessor { get; init; }

    /// <summary>The time for which both tokens work. It requires a journal, which records when the old token is due.</summary>
    public TimeSpan? GracePeriod { get; init; }

    /// <summary>The permissions of the new token; null to keep those of the old token.</summary>
    public SuccessorPermissions? Permissions { get; init; }

    /// <summary>
    /// Retires the old token although the new secret was not verified, for networks where the service cannot be asked for it. The
    /// journal records that the verification was skipped.
    /// </summary>
    public bool SkipProof { get; init; }

    /// <summary>
    /// Asks the caller whether the new secret works where it is used, after the service was asked and before the old token is retired. It
    /// gets the new token, and its secret if it is at hand, on the thread that adds the operations. False, or an
    /// <see cref="ApiTokenException"/>, keeps the old token. Any other exception ends the caller.
    /// </summary>
    public Func<ApiToken, SecureString?, bool>? Verify { get; init; }

    /// <summary>
    /// Checks the request for the new token before it is sent, for example against a policy. If it throws, the old token is unchanged.
    /// </summary>
    public Action<NewTokenRequest>? CheckRequest { get; init; }

    /// <summary>Validates the combination of options.</summary>
    /// <exception cref="ApiTokenException"><c>InvalidInPlace</c> or <c>InvalidGracePeriod</c>.</exception>
    public void Validate()
    {
        ValidateInPlace();
        ValidateGracePeriod();
    }

    /// <summary>Validates the options against the capabilities of a service. Sends nothing.</summary>
    /// <exception cref="ApiTokenException"><c>OperationNotSupported</c>.</exception>
    internal void Validate(ServiceCapabilities capabilities)
    {
        Validate();
        if (InPlace)
        {
            capabilities.RequireRegenerate();
        }

        if (Predecessor == OldTokenAction.Disable)
        {
            capabilities.RequireSetEnabled(enabled: false);
        }

        Permissions?.Validate(capabilities);
    }

    internal bool IsInPlace(ServiceCapabilities capabilities) =>
        InPlace || (capabilities.Regenerate && !WithSuccessor && GracePeriod is null && Predecessor == OldTokenAction.Remove
            && Permissions is null && Verify is null);

    private void ValidateInPlace()
    {
        string? other = GracePeriod is not null ? nameof(GracePeriod)
            : Predecessor != OldTokenAction.Remove ? nameof(Predecessor)
            : Verify is not null ? nameof(Verify)
            : Permissions?.Fields[0].ToString();
        if (InPlace && (other is not null || WithSuccessor))
        {
            throw ApiTokenException.InvalidParameter(
                nameof(InPlace),
                $"it cannot be combined with {other ?? nameof(WithSuccessor)}, because the old secret stops working immediately.",
                "Specify only one of them.");
        }
    }

    private void ValidateGracePeriod()
    {
        if (GracePeriod <= TimeSpan.Zero)
        {
            throw ApiTokenException.InvalidParameter(
                nameof(GracePeriod), $"'{GracePeriod}' is not a positive time span.", "Specify a time span such as one day, or omit it.");
        }

        if (GracePeriod is not null && Predecessor == OldTokenAction.Keep)
        {
            throw ApiTokenException.InvalidParameter(
                nameof(GracePeriod), "it cannot be used if the old token is kept.", "Specify only one of them.");
        }
    }
}
