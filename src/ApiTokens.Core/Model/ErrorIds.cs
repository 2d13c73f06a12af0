namespace ApiTokens;

/// <summary>
/// The stable ids of errors, for scripts that handle errors by id. Two other kinds of ids exist: the names of
/// <see cref="ErrorKind"/>, for requests that a service rejected, and <c>Invalid</c> with the name of a parameter, for values
/// that were rejected before any request.
/// </summary>
public static class ErrorIds
{
    /// <summary>An id or a new token could belong to several connections. Specify one.</summary>
    public const string AmbiguousConnection = "AmbiguousConnection";

    /// <summary>A name matches several tokens. The message lists their ids. Nothing was changed.</summary>
    public const string AmbiguousName = "AmbiguousName";

    /// <summary>The input is every token, and the session cannot prompt for confirmation. Nothing was changed.</summary>
    public const string ConfirmationNeeded = "ConfirmationNeeded";

    /// <summary>The token belongs to another account than the specified connection.</summary>
    public const string ConnectionMismatch = "ConnectionMismatch";

    /// <summary>The connection does not exist in this runspace, or there are no connections.</summary>
    public const string ConnectionNotFound = "ConnectionNotFound";

    /// <summary>A token is in the input more than once. A run resets a token only once.</summary>
    public const string DuplicateToken = "DuplicateToken";

    /// <summary>The value is not a valid secret of the service.</summary>
    public const string InvalidSecret = "InvalidSecret";

    /// <summary>The file is not a journal, or the journal belongs to another operation, account or base address.</summary>
    public const string JournalMismatch = "JournalMismatch";

    /// <summary>The journal does not exist.</summary>
    public const string JournalNotFound = "JournalNotFound";

    /// <summary>The journal cannot be opened: another run uses it, or the file cannot be written.</summary>
    public const string JournalNotOpened = "JournalNotOpened";

    /// <summary>
    /// The journal cannot be written, for example because the disk is full. The run ends, because it could not record
    /// further operations.
    /// </summary>
    public const string JournalNotWritten = "JournalNotWritten";

    /// <summary>The pipeline passed no tokens to test.</summary>
    public const string NothingTested = "NothingTested";

    /// <summary>The service does not support the operation. No request was sent.</summary>
    public const string OperationNotSupported = "OperationNotSupported";

    /// <summary>
    /// The journal shows an operation that an earlier run did not finish, and that is not in the input of this run.
    /// </summary>
    public const string OperationUnfinished = "OperationUnfinished";

    /// <summary>A token exists, or may exist, and its secret is lost. The target of the error is the token.</summary>
    public const string OrphanedToken = "OrphanedToken";

    /// <summary>A leaked secret is the credential of a connection, and the service lists no token for it.</summary>
    public const string OwnCredentialLeaked = "OwnCredentialLeaked";

    /// <summary>The connection itself uses the token, and the change was not forced.</summary>
    public const string OwnTokenProtected = "OwnTokenProtected";

    /// <summary>The service does not tell which token the connection uses, or the connection uses a user name and a password.</summary>
    public const string OwnTokenUnknown = "OwnTokenUnknown";

    /// <summary>The service does not tell the permissions of a token, so a reset cannot issue a token with the same permissions.</summary>
    public const string PermissionsUnknown = "PermissionsUnknown";

    /// <summary>A policy does not allow a new token. It was not issued.</summary>
    public const string PolicyViolation = "PolicyViolation";

    /// <summary>The new token works, but the old token could not be disabled.</summary>
    public const string PredecessorNotDisabled = "PredecessorNotDisabled";

    /// <summary>
    /// A token that is due does not exist at the service, and nothing shows that the service is the one that issued it. It stays due.
    /// </summary>
    public const string PredecessorNotFound = "PredecessorNotFound";

    /// <summary>The new token works, but the old token could not be removed.</summary>
    public const string PredecessorNotRemoved = "PredecessorNotRemoved";

    /// <summary>The proxy requires a credential, or rejected it. No request reached the service.</summary>
    public const string ProxyAuthenticationRequired = "ProxyAuthenticationRequired";

    /// <summary>The report file already exists, and existing files must be kept.</summary>
    public const string ReportExists = "ReportExists";

    /// <summary>The folder for the report does not exist.</summary>
    public const string ReportFolderNotFound = "ReportFolderNotFound";

    /// <summary>The report could not be written.</summary>
    public const string ReportNotWritten = "ReportNotWritten";

    /// <summary>
    /// The service asks to wait longer than a run waits. The run ends for this connection. Run it again after the time in the message.
    /// </summary>
    public const string RetryAfterTooLong = "RetryAfterTooLong";

    /// <summary>The sandbox did not start, or a required component is missing.</summary>
    public const string SandboxNotStarted = "SandboxNotStarted";

    /// <summary>Two tokens of one run would save their secrets in the same place.</summary>
    public const string SecretDestinationInUse = "SecretDestinationInUse";

    /// <summary>The file or the vault entry already exists and belongs to something else.</summary>
    public const string SecretExists = "SecretExists";

    /// <summary>A vault requires the module Microsoft.PowerShell.SecretManagement.</summary>
    public const string SecretManagementNotFound = "SecretManagementNotFound";

    /// <summary>A leaked value belongs to no token that was found.</summary>
    public const string SecretNotAttributed = "SecretNotAttributed";

    /// <summary>The secret of a vault that is the credential of a connection cannot be read.</summary>
    public const string SecretNotRead = "SecretNotRead";

    /// <summary>
    /// The secret could not be saved. It is not lost: the token with its secret is written to the pipeline and is the
    /// target of the error.
    /// </summary>
    public const string SecretNotSaved = "SecretNotSaved";

    /// <summary>The service does not show the secret to this connection.</summary>
    public const string SecretNotShown = "SecretNotShown";

    /// <summary>The service rejects a secret that it just issued.</summary>
    public const string SecretRefused = "SecretRefused";

    /// <summary>
    /// Five operations in a row failed because the service cannot be reached or fails. The run ends for this connection.
    /// </summary>
    public const string ServiceUnavailable = "ServiceUnavailable";

    /// <summary>An old token is due, but no active token has replaced it.</summary>
    public const string SuccessorNotActive = "SuccessorNotActive";

    /// <summary>The secret of the new token could not be verified. The old token is unchanged.</summary>
    public const string SuccessorNotProved = "SuccessorNotProved";

    /// <summary>The service rejects the secret of the new token. The old token is unchanged.</summary>
    public const string SuccessorRefused = "SuccessorRefused";

    /// <summary>A token that was disabled until its removal is active when the removal is due. It is unchanged.</summary>
    public const string TokenEnabled = "TokenEnabled";

    /// <summary>The token is disabled, and a reset would issue an enabled token.</summary>
    public const string TokenInactive = "TokenInactive";

    /// <summary>The account has reached its token limit.</summary>
    public const string TokenLimitReached = "TokenLimitReached";

    /// <summary>A token that was issued for one job could not be removed. The target of the error is the token.</summary>
    public const string TokenNotRemoved = "TokenNotRemoved";

    /// <summary>The token is revoked permanently.</summary>
    public const string TokenRevoked = "TokenRevoked";

    /// <summary>A bug in ApiTokens.</summary>
    public const string UnexpectedError = "UnexpectedError";

    /// <summary>The service responded with a redirect. ApiTokens does not follow redirects.</summary>
    public const string UnexpectedRedirect = "UnexpectedRedirect";

    /// <summary>The vault does not exist or cannot be used.</summary>
    public const string VaultNotFound = "VaultNotFound";

    /// <summary>The vault reports that it cannot be used now.</summary>
    public const string VaultNotReady = "VaultNotReady";

    /// <summary>A leaked secret suggests a token but does not prove that it belongs to it, and the session cannot prompt.</summary>
    public const string UnprovenMatch = "UnprovenMatch";

    /// <summary>
    /// The caller's verification rejects a new token. The old token is unchanged, and what the delivery replaced is restored if possible.
    /// </summary>
    public const string VerificationFailed = "VerificationFailed";

    /// <summary>A wildcard that matches every token was specified where a single token is required. No request was sent.</summary>
    public const string WildcardNotAllowed = "WildcardNotAllowed";
}
