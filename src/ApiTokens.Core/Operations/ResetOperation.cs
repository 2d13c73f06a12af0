using System.Security;
using ApiTokens.Journal;
using ApiTokens.Services;

namespace ApiTokens.Operations;

/// <summary>
/// Resets a token: issues a new token, delivers and verifies its secret, and only then retires the old token. If a step fails, the
/// old token stays unchanged, and the error lists the tokens that exist. If the service supports it and the options do not require
/// two tokens, the secret is replaced in place.
/// </summary>
public sealed partial class ResetOperation : Operation
{
    private readonly ApiToken _token;
    private readonly ResetOptions _options;
    private ApiToken? _old;
    private bool _isOwn;

    /// <summary>Creates the operation.</summary>
    /// <param name="connection">The connection.</param>
    /// <param name="token">The token; only its id is required.</param>
    /// <param name="options">The options. A grace period requires a run with a journal.</param>
    public ResetOperation(TokenConnection connection, ApiToken token, ResetOptions? options = null)
        : base(connection, token)
    {
        _token = token;
        _options = options ?? new ResetOptions();
    }

    /// <summary>
    /// Whether the token that the connection itself uses may be reset. The connection then uses the new secret, as soon as it is proved and
    /// before the old token is retired. The other connections of this process with the same secret do so too.
    /// </summary>
    public bool AllowOwnToken { get; init; }

    /// <inheritdoc/>
    public override string? ReplacedTokenId => _token.Id;

    /// <inheritdoc/>
    public override ApiToken? ReplacedToken => _token is IssuedToken ? _token : _old ?? _token;

    internal override bool MayRepeat => false;

    internal override bool IssuesToken => true;

    internal override ApiToken UnsettledToken => IsInPlace ? Connection.CreateReference(_token.Id, Name) : base.UnsettledToken;

    private ITokenService Tokens => Connection.Tokens;

    private bool IsInPlace => _options.IsInPlace(Connection.Capabilities);

    internal override async Task ExecuteAsync(OperationContext context)
    {
        if (_options.GracePeriod is not null && !context.HasJournal)
        {
            throw ApiTokenException.InvalidParameter(
                nameof(ResetOptions.GracePeriod), "a journal is required to record when the old token is due.",
                "Run the operation with a journal.");
        }

        // Until the state that an earlier run left has been checked, a failure must not look as if that run had failed without effect.
        context.IsReconciling = context.Progress.Stage != JournalStage.None;
        await OwnTokenGuard.CheckAsync(Connection, _token, AllowOwnToken, context.CancellationToken).ConfigureAwait(false);
        if (context.Progress is { Stage: JournalStage.Delivered or JournalStage.Verified, IssuedId: { } delivered } progress)
        {
            await FinishAsync(delivered, progress.Stage == JournalStage.Verified, context).ConfigureAwait(false);
            return;
        }

        if (!IsInPlace
            && context.Progress.Stage != JournalStage.None
            && await ReconcileAsync(context).ConfigureAwait(false) is { } saved)
        {
            await FinishAsync(saved.Id, isVerified: false, context).ConfigureAwait(false);
            return;
        }

        context.IsReconciling = false;
        ApiToken old = await ReadOldAsync(context.CancellationToken).ConfigureAwait(false);
        await CheckOwnAsync(old, context.CancellationToken).ConfigureAwait(false);
        _options.CheckRequest?.Invoke(SuccessorRequest(old));
        await (IsInPlace ? RegenerateAsync(context) : ReplaceAsync(old, context)).ConfigureAwait(false);
    }

    private protected override void ValidateCore()
    {
        _options.Validate(Connection.Capabilities);

        // A complete record, such as one of a list, can be checked before any request.
        if (_options.CheckRequest is { } check && _token.CreatedAt is not null)
        {
            check(SuccessorRequest(_token));
        }
    }

    // If an earlier run was terminated, its new secret is lost. Regenerating again issues another one.
    private async Task RegenerateAsync(OperationContext context)
    {
        IssuedToken regenerated = await Tokens.RegenerateAsync(_token.Id, _options.Expiry, context.CancellationToken).ConfigureAwait(false);
        Switch(regenerated.GetSecret());
        await context.DeliverAsync(regenerated).ConfigureAwait(false);
        if (_options.SkipProof)
        {
            await RecordVerifiedAsync(regenerated, context).ConfigureAwait(false);
            return;
        }

        await SecretProof.RequireInPlaceAsync(Connection, regenerated, context).ConfigureAwait(false);
    }

    private async Task ReplaceAsync(ApiToken old, OperationContext context)
    {
        NewTokenRequest request = SuccessorRequest(old);
        Tokens.Validate(request);
        using TokenQuota.QuotaReservation reservation = await context.Scope.Quota
            .ReserveAsync(Connection, $"The token {old} cannot be reset", context.CancellationToken).ConfigureAwait(false);
        IssuedToken successor = await reservation.IssueAsync(() => IssueAsync(request, context)).ConfigureAwait(false);
        await DeliverAsync(old, successor, context).ConfigureAwait(false);
        if (!_options.SkipProof)
        {
            await SecretProof.RequireSuccessorAsync(Connection, old, successor, context).ConfigureAwait(false);
        }

        if (_options.Verify is { } verify)
        {
            await CallerVerification.RequireDeliveredAsync(verify, old, successor, context).ConfigureAwait(false);
        }

        await RecordVerifiedAsync(successor, context).ConfigureAwait(false);
        reservation.IsUsed = !await RetireAsync(old, successor.Id, successor.GetSecret(), context).ConfigureAwait(false);
    }

    private async Task<IssuedToken> IssueAsync(NewTokenRequest request, OperationContext context)
    {
        await context.RecordIssuingAsync(request.Name).ConfigureAwait(false);
        return await TokenIssuer.IssueAsync(
            context.Scope, Connection, request, removeOrphan: false, context.WasDelivered, context.CancellationToken).ConfigureAwait(false);
    }

    private async Task DeliverAsync(ApiToken old, IssuedToken successor, OperationContext context)
    {
        try
        {
            await context.DeliverAsync(successor).ConfigureAwait(false);
            RecordOverlap();
        }
        catch (InterruptedDeliveryException)
        {
            RecordOverlap();
            throw;
        }
        catch (ApiTokenException e) when (e.ErrorId == ErrorIds.JournalNotWritten)
        {
            throw new ApiTokenException(
                e.Kind, $"{e.Message} It replaces the token {old}. The old token is unchanged.", e.Advice, e.ErrorId, e)
            { OutcomeUnknown = e.OutcomeUnknown };
        }
        catch (SecretNotSavedException e)
        {
            throw new SecretNotSavedException(
                successor,
                $"The new token {successor}, which replaces the token {old}, was issued. {e.Message} The old token is unchanged.",
                $"Save the secret and remove the old token ({old.Id}), or remove the new token: {SuggestedCommand.Remove(successor)}",
                e);
        }

        void RecordOverlap()
        {
            if (_options.Predecessor != OldTokenAction.Keep)
            {
                context.OnOverlapStarted(old, successor.WithoutSecret());
            }
        }
    }

    // The record tells some services, without a request, that the token is not a credential for them.
    private async Task CheckOwnAsync(ApiToken old, CancellationToken cancellationToken) =>
        _isOwn = AllowOwnToken && await OwnTokenGuard.IsOwnTokenAsync(Connection, old, cancellationToken).ConfigureAwait(false);

    private Action? Switch(SecureString? secret) =>
        _isOwn && secret is not null ? OwnCredential.Switch(Connection, secret) : null;

    private Task RecordVerifiedAsync(ApiToken successor, OperationContext context)
    {
        if (!_options.SkipProof)
        {
            return context.RecordVerifiedAsync(successor.Id);
        }

        context.WriteVerbose($"The secret of {successor} was not verified, as requested.");
        return context.RecordUnverifiedAsync(successor.Id);
    }

    private NewTokenRequest SuccessorRequest(ApiToken old)
    {
        NewTokenRequest request = Tokens.CreateSuccessorRequest(old, _options.Expiry);
        return _options.Permissions?.Apply(request) ?? request;
    }

    // Returns true if the old token no longer exists.
    private async Task<bool> RetireAsync(ApiToken old, string successorId, SecureString? secret, OperationContext context)
    {
        Action? revert = Switch(secret);
        try
        {
            return await RetireAsync(old, successorId, context).ConfigureAwait(false);
        }
        catch (ApiTokenException e) when (!e.OutcomeUnknown)
        {
            revert?.Invoke();
            throw;
        }
    }

    private async Task<bool> RetireAsync(ApiToken old, string successorId, OperationContext context)
    {
        switch (_options)
        {
            case { Predecessor: OldTokenAction.Keep }:
                return false;
            case { GracePeriod: { } gracePeriod }:
                await context.RecordDueAsync(successorId, Connection.Time.GetUtcNow() + gracePeriod, _options.Predecessor)
                    .ConfigureAwait(false);
                return false;
            default:
                return await OldTokenRetirement
                    .RetireAsync(Connection, old, successorId, _options.Predecessor, context.CancellationToken)
                    .ConfigureAwait(false);
        }
    }

    // A disabled token must not be replaced by an enabled one. The old token has the same name as its successor, so it is registered
    // to exclude it from searches for a lost successor.
    private async Task<ApiToken> ReadOldAsync(CancellationToken cancellationToken)
    {
        ApiToken old = await Tokens.GetAsync(_token.Id, cancellationToken).ConfigureAwait(false);
        IssuedTokenRegistry.Of(Connection).Add(old, Connection.Time.GetUtcNow());
        _old = old;
        return old.Status switch
        {
            TokenStatus.Revoked => throw new ApiTokenException(
                ErrorKind.ResourceExists,
                $"The token {old} is revoked and cannot be reset.",
                $"Issue a new token: {new SuggestedCommand(SuggestedAction.Create)}",
                ErrorIds.TokenRevoked),
            TokenStatus.Inactive => throw new ApiTokenException(
                ErrorKind.ResourceExists,
                $"The token {old} is disabled. A reset would issue an enabled token.",
                $"Remove it, or enable it first: {new SuggestedCommand(SuggestedAction.Enable, old.Id, Connection.Name)}",
                ErrorIds.TokenInactive),
            _ => old,
        };
    }
}
